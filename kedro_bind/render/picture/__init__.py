"""The picture of a binding or of a logged model: what trains, what travels, and what predicts."""

from kedro_bind.render.picture.forms import FORMS, draw
from kedro_bind.render.picture.subject import Subject

__all__ = ["FORMS", "Subject", "draw"]
