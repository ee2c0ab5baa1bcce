"""What every page tells the visitor's browser: to survive a translator, and to scroll where a finger swipes.

A browser that translates a page, or a reader's extension, puts <font> elements around the page's words. React, which draws
Streamlit's pages, then asks a node to give up or to place something before a child that it no longer has itself, the browser
refuses, and where the words stood stands an error (https://github.com/facebook/react/issues/11538). Here the child's wrapper is
taken for the child, and what is gone is no error.

Streamlit's sliders jump to wherever a finger touches their line, even when it only wants to scroll past. On a touch screen only
the thumb takes the finger.
"""

import streamlit as st

SCRIPT = """<script>
if (!window.lecternTranslated) {
  window.lecternTranslated = true;
  const { removeChild, insertBefore } = Node.prototype;
  // the child of `parent` that is `node`, or that a translator has wrapped around it; null when there is none
  const own = (parent, node) => {
    while (node && node.parentNode !== parent) node = node.parentNode?.nodeName === "FONT" ? node.parentNode : null;
    return node;
  };
  Node.prototype.removeChild = function (node) {
    const found = own(this, node);
    if (found) removeChild.call(this, found);
    return node;
  };
  Node.prototype.insertBefore = function (node, before) { return insertBefore.call(this, node, before ? own(this, before) : null); };
}
</script>"""


TOUCH = """<style>
@media (hover: none) and (pointer: coarse) {
  [data-testid="stSlider"] [role="group"], [data-testid="stSlider"] [role="group"] * {
    pointer-events: none; touch-action: auto !important;
  }
  [data-testid="stSlider"] [role="group"] :has(> * > input[type="range"]) { pointer-events: auto; touch-action: none !important; }
}
</style>"""


def settle() -> None:
    """Once is enough for all pages that a visitor sees."""
    st.html(TOUCH)
    st.html(SCRIPT, unsafe_allow_javascript=True)
