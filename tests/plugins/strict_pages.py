"""Pages read strictly: every element known and closed in its order, and no request to anywhere."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "link", "br", "img", "input", "hr"}
TAGS = {
    "html", "head", "meta", "link", "title", "style", "body", "a", "header", "div", "h1", "h2",
    "h3", "p", "nav", "ul", "ol", "li", "main", "section", "table", "caption", "thead", "tbody",
    "tr", "th", "td", "span", "strong", "dl", "dt", "dd", "details", "summary", "figure", "svg", "g", "rect",
    "line", "path", "text", "tspan", "code", "footer",
}  # fmt: skip


class Page(HTMLParser):
    """Read a page strictly: every element closed in its order, every attribute kept."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.open, self.elements, self.tables, self.texts = [], [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        """Note an element, and what its attributes say."""
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute of <{tag}> is given twice"
        self.elements.append((tag, dict(attrs)))
        if tag == "table":
            self.tables.append({"caption": "", "rows": [], "scopes": []})
        elif tag == "tr":
            self.tables[-1]["rows"].append([])
        elif tag in {"td", "th"}:
            self.tables[-1]["rows"][-1].append("")
            if tag == "th":
                self.tables[-1]["scopes"].append(dict(attrs).get("scope"))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Note an element of SVG that closes itself."""
        assert tag in {"rect", "line", "path"}
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        """Close the innermost element, which must be this one."""
        assert self.open.pop() == tag

    def handle_data(self, data):
        """Note a text, and the cell or caption it stands in."""
        self.texts.append((self.open[-1] if self.open else "", data))
        if "table" not in self.open:
            return
        if "caption" in self.open:
            self.tables[-1]["caption"] += data
        elif {"td", "th"} & set(self.open):
            self.tables[-1]["rows"][-1][-1] += data


def check_form(text):
    """Hold that elements are known and closed in order, ids are unique, and links lead somewhere."""
    page = Page(text)
    assert {tag for tag, _ in page.elements} <= TAGS
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = {a["href"] for tag, a in page.elements if tag == "a"}
    assert targets <= {f"#{name}" for name in ids}
    labelled = {a["aria-labelledby"] for _, a in page.elements if "aria-labelledby" in a}
    assert labelled <= set(ids)


def check_silence(text):
    """Hold that there is no script, no handler and no address outside the page, and that it forbids them."""
    page = Page(text)
    policy = next(a["content"] for _, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")
    for tag, attributes in page.elements:
        assert not {key for key in attributes if key.startswith("on") or key in {"src", "action", "srcdoc"}}
        for key in ("href", "xlink:href"):
            value = attributes.get(key) or "#"
            assert value.startswith("#") or (tag, value) == ("link", "data:,")
    style = "".join(data for tag, data in page.texts if tag == "style")
    assert "url(" not in style
    assert "@import" not in style
    assert sum(tag == "style" for tag, _ in page.elements) == 1
