"""What is seen of several duels that are fought side by side: the pictures of the first, and of all the means and deviations."""

from collections.abc import Callable, Iterator
from typing import Any

from torch import Tensor, nn

from core.events import Event, Finished, Metrics
from core.gan.monitor import Monitor
from core.gan.settings import GanSettings
from core.gan.worlds import Several as Worlds
from core.side_by_side import listed, over_seeds, seen_alone


class Several:
    """The monitors of every seed, asked at the same steps. Each sees what it would see of a run alone."""

    def __init__(self, settings: GanSettings, world: Worlds, G: nn.Module, D: nn.Module):
        pairs = ((seen_alone(G, i), seen_alone(D, i)) for i in range(settings.together))
        self.each = [Monitor(one, world.world, *pair) for one, pair in zip(settings.each(), pairs, strict=True)]
        self.first, self.wants = self.each[0], self.each[0].wants

    def facts(self) -> dict[str, Any]:
        """What is known before the first step: of one pair of players."""
        return self.first.facts()

    def begins(self) -> Iterator[Event]:
        for event in self.first.begins():
            if isinstance(event, Metrics):
                others = [one.measured(one.settings, one.look(one.settings)) for one in self.each[1:]]
                event = Metrics(0, over_seeds([event.values, *others]))
            yield event

    def observe(self, step: int, now: GanSettings, d_loss: Tensor, g_loss: Tensor) -> Iterator[Event]:
        """As of one pair; d_loss, g_loss: (S,), or 0 of who never learned."""
        yield from self._of_all(Monitor.observe, now, step, now, d_loss=d_loss, g_loss=g_loss)

    def phase(self, step: int, who: str, now: GanSettings, d_loss: Tensor, g_loss: Tensor) -> Iterator[Event]:
        """As of one pair."""
        yield from self._of_all(Monitor.phase, now, step, who, now, d_loss=d_loss, g_loss=g_loss)

    def _of_all(self, look: Callable, now: GanSettings, *asked: Any, **lost: Tensor) -> Iterator[Event]:
        """The events of the first pair's look, with the numbers of all."""
        each = [{name: loss.expand(len(self.each))[i] for name, loss in lost.items()} for i in range(len(self.each))]
        for event in look(self.first, *asked, **each[0]):
            if isinstance(event, Metrics):
                pairs = zip(self.each[1:], each[1:], strict=True)
                others = [one.numbers(now, one.look(now), **losses) for one, losses in pairs]
                event = Metrics(event.step, over_seeds([event.values, *others]))
            yield event

    def run_ends(self, step: int, now: GanSettings) -> Iterator[Event]:
        """The last pictures and both players of the first seed, and the numbers of all."""
        ends = [list(one.run_ends(step, now)) for one in self.each]
        for event, *others in zip(*ends, strict=True):
            if isinstance(event, Metrics):
                event = Metrics(step, over_seeds([event.values, *(other.values for other in others)]))
            elif isinstance(event, Finished):
                summaries = [event.summary, *(other.summary for other in others)]
                event = Finished(step, over_seeds(summaries) | {"each": listed(summaries)}, event.models)
            yield event
