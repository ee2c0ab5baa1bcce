"""The plane through weight space in which the lab draws its loss landscape."""

import torch
from torch import Tensor


def plane_of(path: Tensor, origin: Tensor) -> tuple[Tensor, Tensor]:
    """Two orthonormal directions (2, P) and the path in their coordinates (K, 2).

    path: (K, P), θ from the end of task A to the end of task B. The first direction leads from θ*_A, the origin, to
    θ*_B, so both lie in the plane; the second is where the path departs most from that line.
    """
    offsets = path - origin
    along = offsets[-1] / offsets[-1].norm().clamp(min=1e-12)
    rest = offsets - (offsets @ along)[:, None] * along
    across = torch.linalg.eigh((rest @ rest.T).double()).eigenvectors[:, -1].float() @ rest
    across = across - (across @ along) * along
    across = across / across.norm().clamp(min=1e-12)
    across = across if (offsets @ across).sum() >= 0 else -across  # an eigenvector's sign is nobody's choice
    plane = torch.stack([along, across])
    return plane, offsets @ plane.T
