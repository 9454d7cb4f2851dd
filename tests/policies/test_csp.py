"""Content security policies as browsers read them: one table for each part of the standard (w3.org/TR/CSP3)."""

from __future__ import annotations

import pytest

from policies.catalogue import csp, csp_sources
from policies.catalogue.csp_sources import Kind


def _one(text: str) -> csp.ContentPolicy:
    (policy,) = csp.parse(text)
    return policy


@pytest.mark.parametrize(
    ("text", "directives"),
    [
        ("default-src 'self'", {"default-src": ("'self'",)}),
        ("DEFAULT-SRC 'self'; Img-Src *", {"default-src": ("'self'",), "img-src": ("*",)}),
        (" ; ;default-src\t'self'\f https://a.example ;;", {"default-src": ("'self'", "https://a.example")}),
        ("img-src a.example; img-src b.example", {"img-src": ("a.example",)}),
        ("upgrade-insecure-requests", {"upgrade-insecure-requests": ()}),
        ("img-src", {"img-src": ()}),
        ("img-src a.example\u00a0b.example; font-src *", {"font-src": ("*",)}),
        ("img-src a.example\x0bb.example", {"img-src": ("a.example\x0bb.example",)}),
    ],
)
def test_a_policy_is_split_at_semicolons_and_ascii_whitespace(
    text: str, directives: dict[str, tuple[str, ...]]
) -> None:
    assert _one(text).directives == directives


def test_what_browsers_skip_in_silence_is_kept_apart() -> None:
    policy = _one(
        "img-src *; IMG-SRC 'none'; font-src https://b\u00fccher.example; scrip-src 'self'; block-all-mixed-content"
    )
    assert policy.repeated == ("img-src",)
    assert policy.skipped == ("font-src https://b\u00fccher.example",)
    assert policy.unknown == ("block-all-mixed-content", "scrip-src")
    assert policy.directives["img-src"] == ("*",)


@pytest.mark.parametrize(("text", "count"), [("", 0), (" ; , ;", 0), ("img-src *", 1), ("img-src *, , font-src *", 2)])
def test_a_header_is_a_list_of_policies_divided_by_commas(text: str, count: int) -> None:
    assert len(csp.parse(text)) == count


@pytest.mark.parametrize(
    ("directive", "chain"),
    [
        ("script-src-elem", ("script-src", "default-src")),
        ("script-src-attr", ("script-src", "default-src")),
        ("style-src-elem", ("style-src", "default-src")),
        ("style-src-attr", ("style-src", "default-src")),
        ("worker-src", ("child-src", "script-src", "default-src")),
        ("frame-src", ("child-src", "default-src")),
        ("fenced-frame-src", ("frame-src", "child-src", "default-src")),
        *(
            (name, ("default-src",))
            for name in ("script-src", "style-src", "child-src", "connect-src", "font-src", "img-src")
        ),
        *((name, ("default-src",)) for name in ("media-src", "object-src", "manifest-src", "prefetch-src")),
    ],
)
def test_a_fetch_directive_falls_back_in_the_order_of_the_standard(directive: str, chain: tuple[str, ...]) -> None:
    names = (directive, *chain)
    for position, name in enumerate(names):
        policy = _one("; ".join(f"{each} {each}.example" for each in reversed(names[position:])))
        assert policy.governing(directive) == name
        assert policy.sources(directive) == (f"{name}.example",)
    assert _one("base-uri 'none'").sources(directive) is None


@pytest.mark.parametrize(
    "directive", ["base-uri", "form-action", "frame-ancestors", "sandbox", "report-uri", "report-to"]
)
def test_other_directives_fall_back_to_nothing(directive: str) -> None:
    assert _one("default-src 'none'; script-src 'none'; child-src 'none'").sources(directive) is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("'none'", Kind.NONE),
        ("'SELF'", Kind.KEYWORD),
        ("'wasm-unsafe-eval'", Kind.KEYWORD),
        ("'Strict-Dynamic'", Kind.KEYWORD),
        ("'nonce-AbC+/-_9=='", Kind.NONCE),
        ("'NONCE-abc'", Kind.NONCE),
        ("'sha256-AbC='", Kind.HASH),
        ("'SHA512-AbC='", Kind.HASH),
        ("data:", Kind.SCHEME),
        ("HTTPS:", Kind.SCHEME),
        ("*", Kind.HOST),
        ("localhost:3000", Kind.HOST),
        ("https://*.example.com:*/a/b.js", Kind.HOST),
        ("a.example.", Kind.HOST),
        *((text, Kind.INVALID) for text in ("'selfish'", "'nonce-'", "'nonce-a b'", "'sha1-AbC='", "'sha256-A=b'", "none'")),
        *((text, Kind.INVALID) for text in ("https://", "*.*", "a.*.example", "https://a.example?x", "//a.example", "https://a_b")),
    ],
)  # fmt: skip
def test_an_expression_is_what_the_grammar_says(text: str, kind: Kind) -> None:
    assert csp_sources.read(text).kind is kind


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("'self'", "'SELF'", True),
        ("https://A.Example", "HTTPS://a.example", True),
        ("a.example/Path", "a.example/path", False),
        ("'nonce-ABC'", "'nonce-abc'", False),
        ("'SHA256-abc='", "'sha256-abc='", True),
        ("'sha256-ABC='", "'sha256-abc='", False),
    ],
)
def test_case_counts_in_paths_nonces_and_hashes_only(first: str, second: str, same: bool) -> None:
    assert (csp_sources.normal([first]) == csp_sources.normal([second])) is same


@pytest.mark.parametrize(
    ("sources", "inline"),
    [
        ("'unsafe-inline'", True),
        ("'UNSAFE-INLINE' https:", True),
        ("'self'", False),
        ("'unsafe-inline' 'nonce-abc'", False),
        ("'unsafe-inline' 'sha384-abc'", False),
        ("'unsafe-inline' 'strict-dynamic'", False),
        ("'unsafe-inline' 'nonce-'", True),
        ("'unsafe-inline' 'unsafe-hashes'", True),
    ],
)
def test_a_nonce_a_hash_or_strict_dynamic_makes_browsers_ignore_unsafe_inline(sources: str, inline: bool) -> None:
    assert csp_sources.allows_inline(sources.split()) is inline
    assert any(source.text == "'unsafe-inline'" for source in csp_sources.effective(sources.split())) is inline


@pytest.mark.parametrize(
    ("sources", "heeded"),
    [
        ("'self' https://a.example", "'self' https://a.example"),
        ("'none'", ""),
        ("'none' 'self'", "'self'"),
        ("'selfish' 'self'", "'self'"),
        ("'strict-dynamic' 'nonce-abc' 'self' https: * 'unsafe-inline'", "'strict-dynamic' 'nonce-abc'"),
        ("'strict-dynamic' 'sha256-abc' 'unsafe-eval' a.example", "'strict-dynamic' 'sha256-abc' 'unsafe-eval'"),
        ("'nonce-abc' 'unsafe-inline' https:", "'nonce-abc' https:"),
    ],
)
def test_browsers_heed_only_a_part_of_a_list(sources: str, heeded: str) -> None:
    assert " ".join(source.text for source in csp_sources.effective(sources.split())) == heeded


@pytest.mark.parametrize(
    ("source", "wide"),
    [
        *((text, True) for text in ("*", "https:", "data:", "https://*", "*:443", "http://*/path", "*.com", "https://*.app.")),
        *((text, False) for text in ("'self'", "a.example", "*.a.example", "'nonce-abc'", "https://localhost")),
    ],
)  # fmt: skip
def test_a_wide_source_names_no_place(source: str, wide: bool) -> None:
    assert csp_sources.read(source).wide is wide


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ("'self' a.example", "'self' b.example", "'self'"),
        ("a.example", "b.example", "'none'"),
        ("'none'", "*", "'none'"),
        ("", "'self'", "'none'"),
        ("*", "'self' https://a.example data:", "'self' https://a.example"),
        ("https:", "'self' a.example http://b.example https://c.example", "'self' a.example https://c.example"),
        ("http:", "https: https://a.example", "https: https://a.example"),
        ("*.example", "www.a.example example b.other", "www.a.example"),
        ("https://a.example/js/", "a.example/js/x.js a.example/css/x.css", "a.example/js/x.js"),
        ("a.example:443", "a.example a.example:443", "a.example:443"),
        ("a.example:*", "a.example:8443", "a.example:8443"),
        ("'nonce-abc'", "'unsafe-inline'", "'nonce-abc'"),
        ("'nonce-abc'", "'unsafe-inline' 'nonce-def'", "'none'"),
        ("'unsafe-eval' 'SELF'", "'self' 'unsafe-eval'", "'unsafe-eval' 'self'"),
    ],
)
def test_two_lists_allow_together_what_each_covers(first: str, second: str, together: str) -> None:
    assert csp_sources.both(first.split(), second.split()) == tuple(together.split())


def test_all_policies_of_an_answer_are_enforced_with_their_own_fallbacks() -> None:
    edge = "object-src 'none'; form-action 'self' https://pay.example"
    app = "default-src 'self'; script-src 'self' 'unsafe-inline'; form-action 'self'; report-uri /csp"
    policy = csp.combined(csp.parse(f"{edge}, {app}, default-src 'self' data:; img-src *"))
    assert policy.directives == {
        "object-src": ("'none'",),
        "form-action": ("'self'",),
        "default-src": ("'self'",),
        "script-src": ("'self'",),
        "img-src": ("'self'",),
        "report-uri": ("/csp",),
    }


def test_a_profile_is_read_as_the_header_that_it_becomes() -> None:
    written = csp.written({"img-src": ["'self'; script-src *"], "upgrade-insecure-requests": [], "font-src": ["a, b"]})
    assert written == "img-src 'self'; script-src *; upgrade-insecure-requests; font-src a, b"
    first, second = csp.parse(written)
    assert first.sources("script-src") == ("*",)
    assert second.unknown == ("b",)


def test_invalid_sources_are_told_with_their_directive() -> None:
    policy = _one(
        "img-src 'none' a.example; font-src self://; report-uri /a?b; script-src 'self'; style-src Self unsafe-inline"
    )
    invalid = (("font-src", "self://"), ("img-src", "'none'"), ("style-src", "Self"), ("style-src", "unsafe-inline"))
    assert policy.invalid == invalid
