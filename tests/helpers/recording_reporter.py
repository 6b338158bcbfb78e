"""Keep what a run tells of itself."""

from dataclasses import dataclass, field

from projector.run.plan import Plan
from projector.run.reporter import Progress


@dataclass
class RecordingReporter:
    plans: list[Plan] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    progress: list[Progress] = field(default_factory=list)

    def planned(self, plan: Plan) -> None:
        self.plans.append(plan)

    def told(self, text: str) -> None:
        self.texts.append(text)

    def progressed(self, progress: Progress) -> None:
        self.progress.append(progress)
