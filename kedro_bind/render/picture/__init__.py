"""The picture of a binding or of a logged model: what trains, travels, predicts and evaluates."""

from kedro_bind.render.picture.forms import FORMS, draw
from kedro_bind.render.picture.subject import Subject

__all__ = ["FORMS", "Subject", "draw"]
