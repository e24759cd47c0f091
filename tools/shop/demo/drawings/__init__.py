"""The drawings of all products, one module a category."""

from . import bags, bath, desk, garden, kitchen, lighting, paper, toys
from .kit import DRAWINGS, svg

__all__ = ["DRAWINGS", "bags", "bath", "desk", "garden", "kitchen", "lighting", "paper", "svg", "toys"]
