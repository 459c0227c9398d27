"""Any Hugging Face model that models/hf can serve: which task it is for, and the catalogue entry that serves it.

task = task_of(config, facts)                    from the parsed config.json (and what the Hub's API says)
entry = entry_for(id, commit, files, task, ...)  what goes into a models.json
"""

from nodegraph.runtime.huggingface.detect import task_of
from nodegraph.runtime.huggingface.making import entry_for
from nodegraph.runtime.huggingface.tasks import TASKS, Task

__all__ = ["TASKS", "Task", "entry_for", "task_of"]
