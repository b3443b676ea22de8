"""What a server is started with."""

from __future__ import annotations

from kedro_bind.serving.limits import Limits
from kedro_bind.serving.options import ServerOptions
from kedro_bind.serving.sources import ModelSource

SOURCE = ModelSource("models:/churn/3", "folder")


def test_the_options_are_the_same_in_another_process():
    options = ServerOptions(("a", "b"), (SOURCE,), port=80, reload=1.5, batch=False, limits=Limits(rows=7))
    assert ServerOptions.from_json(options.to_json()) == options
    assert ServerOptions.from_json(ServerOptions().to_json()) == ServerOptions()


def test_a_backend_serves_its_own_models_and_never_reloads():
    options = ServerOptions(("a", "b"), port=80, reload=5.0, verbose=True).for_backend([SOURCE])
    assert (options.uris, options.sources, options.reload) == ((), (SOURCE,), None)
    assert (options.port, options.verbose) == (80, True)
