"""What the torch models here share: loading a checkpoint safely, the device, the precision, the first frames.

Import it before torch, and both not before `setup`: they take seconds, in which the server already says "loading".
"""

import os

from torch_kit.cores import cores

os.environ["OMP_NUM_THREADS"] = str(cores())  # torch reads it once, when it is imported

from torch_kit.loading import load_model, load_processor
from torch_kit.network import Network

__all__ = ["Network", "cores", "load_model", "load_processor"]
