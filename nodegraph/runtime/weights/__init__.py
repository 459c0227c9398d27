"""The files models need besides their code: where they are kept, fetched from and checked.

A model's files lie in one folder of this machine (`places.weights_folder`). `fetch.Fetching` brings what is missing,
from an offline folder or the network; `complete` remembers what was checked; `checkpoints` lists what a person can
choose from. How a container gets to see the folder is the runners' concern (`runners/volumes.py`).
"""
