"""Works of adhesion and reaction energies from first principles.

Three rooms, imports pointing one way only: ``wadflow.interfaces`` (what is calculated),
``wadflow.results`` (what came out), ``wadflow.workflows`` (how it is calculated).
"""

from importlib.metadata import version

__version__ = version("wadflow")
