"""What may go wrong while a run of a sequence asks Neon."""

from __future__ import annotations

from hypothesis import strategies as st

from rehearsal.clouds.neon import Fault

_NTH = st.sampled_from([1, 1, 1, 2, 2, 3, 4, 6, 9])
_TIMES = st.sampled_from([1, 1, 20])
"""Twenty times is longer than anybody tries."""
_STATUS = st.sampled_from([400, 401, 403, 423, 429, 500, 502, 503, 504])
_CUT = ("reset-before", "reset-after", "malformed", "not-json", "extra-fields")
_ENDINGS = (
    "operation-fails",
    "operation-error",
    "operation-cancelled",
    "operation-stuck",
    "operation-retried",
    "operation-unknown-status",
    "operation-unknown-action",
)


def faults(*methods: str) -> st.SearchStrategy[list[Fault]]:
    """None, one or two faults of calls with these methods."""
    method = st.sampled_from(methods)
    kinds = [
        st.builds(
            Fault,
            st.just("refuse"),
            method,
            nth=_NTH,
            times=_TIMES,
            status=_STATUS,
            retry_after=st.sampled_from(["", "2"]),
        ),
        # Not 503: Neon documents that nothing happened then, so that it is always sent again.
        st.builds(Fault, st.just("refuse-after"), method, nth=_NTH, status=st.sampled_from([500, 502, 504])),
        st.builds(Fault, st.sampled_from(_CUT), method, nth=_NTH, times=_TIMES),
    ]
    if methods != ("GET",):
        kinds.append(st.builds(Fault, st.sampled_from(_ENDINGS), method, nth=_NTH))
    return st.one_of(st.lists(st.one_of(kinds), min_size=1, max_size=2), st.just([]))


FAULTS = faults(".*", "POST|PATCH|PUT|DELETE", "POST", "PATCH", "DELETE", "GET")
FAULTS_OF_READING = faults("GET")
