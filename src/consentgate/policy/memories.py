"""Remembers what was found out about a policy, for as long as the policy lives."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from .policy import Policy

F = TypeVar("F", bound=Callable[..., Any])


def remembered(most: int) -> Callable[[F], F]:
    """Decorate a function of a policy and other values, which must be hashable: its last results for each
    policy are remembered, at most `most`.

    No result may hold the policy. So a policy that is dropped leaves nothing behind, as it would in a cache
    that all policies share.
    """

    def decorate(function: F) -> F:
        @wraps(function)
        def remembering(policy: Policy, *rest: Any) -> Any:
            memory = policy.memories.get(function)
            if memory is None:
                weak = weakref.ref(policy)
                memory = lru_cache(most)(lambda *rest: function(weak(), *rest))
                policy.memories[function] = memory
            return memory(*rest)

        return cast(F, remembering)

    return decorate
