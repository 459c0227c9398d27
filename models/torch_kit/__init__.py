"""What the torch models here share: loading a checkpoint safely, the device, the precision, the first frames, OpenVINO.

Import it before torch, and both not before `setup`: they take seconds, in which the server already says "loading".
"""

import os

from nodegraph_kit.cores import cores

os.environ["OMP_NUM_THREADS"] = str(cores())  # torch reads both once, when it is imported
# A thread that waits for the others sleeps instead of spinning. Beside other work on the same cores a frame of D-FINE
# takes a tenth of the time so (measured at a load of 15 on 2 cores: 0.5 to 1 s instead of 4 to 13 s).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from torch_kit.conversion import Conversion
from torch_kit.faster import Faster
from torch_kit.loading import load_model, load_processor
from torch_kit.network import Network

__all__ = ["Conversion", "Faster", "Network", "cores", "load_model", "load_processor"]
