"""Explicit transformer weights for equivariant functions, with a proved error bound.

>>> import sumformer
>>> target = sumformer.Target.parse('''
... name = "mean"
... tokens = 4
... domain = [[0, 1]]
... output = ["mean(y: y[0]^2) - x[0]"]
... ''')
>>> proof, = sumformer.prove(target, epsilon="1/100")
>>> proof.check().valid
True
>>> proof.certified <= proof.epsilon
True
"""

from ._sumformer import __version__ as __version__
from ._sumformer import Network, Proof, Target, Verdict, Witness, augmented_monomial, power_sums
from .errors import Error, Incomplete, Invalid, Problem, TargetError
from .proving import prove

__all__ = [
    "Error",
    "Incomplete",
    "Invalid",
    "Network",
    "Problem",
    "Proof",
    "Target",
    "TargetError",
    "Verdict",
    "Witness",
    "augmented_monomial",
    "power_sums",
    "prove",
]
