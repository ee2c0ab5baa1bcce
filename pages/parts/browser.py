"""What every page tells the visitor's browser: to survive a translator, and to scroll where a finger swipes.

A browser that translates a page, or a reader's extension, puts <font> elements around the page's words. React, which draws
Streamlit's pages, then asks a node to give up or to place something before a child that it no longer has itself, the browser
refuses, and where the words stood stands an error (https://github.com/facebook/react/issues/11538); or new words are written
where nobody sees them, and the old ones stay. Here the child's wrapper is taken for the child, what is gone is no error, and new
words take their place back.

Streamlit's sliders jump to wherever a finger touches their line, even when it only wants to scroll past. On a touch screen only
the thumb takes the finger.
"""

from pathlib import Path

import streamlit as st

from pages.parts import language, visitor

# no tag may be written in it: what cleans the page of foreign scripts would take it for one that hides another
SCRIPT = """<script>
document.documentElement.lang = "LANGUAGE";  // what a screen reader says, and which shapes Chinese letters have
document.cookie = "COOKIE; max-age=31536000; samesite=lax; path=/";  // the visitor's name, to bring along from the next load on
if (!window.lecternTranslated) {
  window.lecternTranslated = true;
  const { removeChild, insertBefore } = Node.prototype, value = Object.getOwnPropertyDescriptor(Node.prototype, "nodeValue");
  const instead = new WeakMap();  // a text that was taken out of the page, and the FONT element that stands there instead
  new MutationObserver(records => {
    for (const { addedNodes, removedNodes, previousSibling, nextSibling } of records) {
      if (!removedNodes.length) continue;
      const font = [...addedNodes, previousSibling, nextSibling].find(node => node?.nodeName === "FONT");
      if (font) for (const node of removedNodes) if (node.nodeType === Node.TEXT_NODE) instead.set(node, font);
    }
  }).observe(document, { childList: true, subtree: true });
  // the child of `parent` that is `node`, or that a translator has put around it or in its place; null when there is none
  const own = (parent, node) => {
    if (node && !node.parentNode) node = instead.get(node);
    while (node && node.parentNode !== parent) node = node.parentNode?.nodeName === "FONT" ? node.parentNode : null;
    return node ?? null;
  };
  Node.prototype.removeChild = function (node) {
    const found = own(this, node);
    if (found) removeChild.call(this, found);
    return node;
  };
  Node.prototype.insertBefore = function (node, before) { return insertBefore.call(this, node, before ? own(this, before) : null); };
  Object.defineProperty(Node.prototype, "nodeValue", { ...value, set(text) {
    if (!this.parentNode) instead.get(this)?.replaceWith(this);  // new words take the place of the old ones' translation
    value.set.call(this, text);
  } });
}
</script>"""


STYLE = Path(__file__).parent / "stage.css"


def settle() -> None:
    """Before anything else on a page: a translator begins at once. Once is enough for all pages that a visitor sees."""
    st.html(STYLE)  # a path: Streamlit reads it as a style sheet
    with st.container(key="lectern-browser"):
        named = SCRIPT.replace("COOKIE", f"{visitor.COOKIE}={visitor.visitor()}")
        named = named.replace("LANGUAGE", language.spoken().replace("_", "-"))
        st.html(named, unsafe_allow_javascript=True)
