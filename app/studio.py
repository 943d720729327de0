"""Everything that the window shows, in one place: the models and the services behind them.

Views are given this and nothing else. It opens no window and decides nothing.
"""

from __future__ import annotations

from pathlib import Path

from myriorama.app.assets.collection import Assets
from myriorama.app.browsing.browse import Browse, Order
from myriorama.app.browsing.declared import DeclaredNow
from myriorama.app.browsing.demand import FactsDemand
from myriorama.app.browsing.table import FactsTable
from myriorama.app.catalogue.catalogue import Catalogue
from myriorama.app.conversion.conversions import Conversions
from myriorama.app.document.addresses import Address
from myriorama.app.document.document import Document
from myriorama.app.exporting.exports import Exports
from myriorama.app.extensions.approvals import Approvals, approvals_file, user_grants, user_plugin_folder
from myriorama.app.extensions.development import Development
from myriorama.app.extensions.in_use import PluginsInUse
from myriorama.app.extensions.installed import Plugins
from myriorama.app.gallery.sweep import Sweep
from myriorama.app.judging.judgments import Judgments
from myriorama.app.judging.sidecar import JudgmentSidecar
from myriorama.app.object_studio.thumbnails import Thumbnails
from myriorama.app.observable import Observable, Post, Selection
from myriorama.app.overlays import OverlayState
from myriorama.app.parts.shown import names_of
from myriorama.app.preview.companion import Companion
from myriorama.app.preview.director import Director
from myriorama.app.preview.gallery import TileService
from myriorama.app.preview.refining import Refiner
from myriorama.app.preview.service import PreviewService
from myriorama.app.preview.tracer_here import TracerHere
from myriorama.app.preview.tracing import TracingService
from myriorama.app.problems import Problems
from myriorama.app.queue_view.verifying import Verifications
from myriorama.app.render_queue.service import QueueService
from myriorama.app.settings.folders import queue_folder
from myriorama.app.settings.store import SettingsStore, state_folder
from myriorama.plugins.registry import PluginRegistry, registry_with


class Studio:
    """The open project with all that looks at it.

    Parameters
    ----------
    post : callable
        Brings a call to the thread of the models: `app.qt.mailbox.Mailbox.post`.
    settings : SettingsStore
    cache_folder : Path or None
        For imported assets; None is the user's.
    state : Path or None
        For what is kept of projects beside their files; None is the user's, or a cache folder's own.
    preview : Companion or None
        A preview process that was started ahead.

    Attributes
    ----------
    post : callable
        Brings a call from any thread to the thread of the models.
    state : Path
    index : Observable of int
        The sample that the viewport shows.
    sweep : Observable of Sweep or None
        A value that the gallery shows from low to high in a row of its own.
    locks : Observable of frozenset of Address
        Values that hands shall not change: no edit of several, no drag of a gizmo, no sweep.
    sidecar : JudgmentSidecar
        Keeps the judgments in their file.
    preview : PreviewService
        Frames for the viewport.
    tiles : TileService
        Thumbnails and facts.
    tracer : TracerHere
        Whether paths can be traced on this machine.
    tracing : TracingService
        Path-traced pictures for the viewport.
    refiner : Refiner
        Has the viewport's picture traced while it rests.
    director : Director
        Asks `preview` for what the viewport needs, and tells `tiles` of every committed state.
    declared : DeclaredNow
        What the project declares for its drawn values.
    facts_demand : FactsDemand
        Has facts made while they are looked at.
    queue : QueueService
        The jobs that make datasets, whoever began them.
    verifications : Verifications
        What is known of finished datasets that were verified.
    exports : Exports
        The exports of this run of the program.
    conversions : Conversions
        Exports of finished datasets in other formats.
    catalogue : Catalogue
        What can be added.
    thumbnails : Thumbnails
        Makes the pictures of third-party generators when they are first enabled.
    assets : Assets
        The library of models, HDRIs, textures and photos.
    plugins : Plugins
        Third-party plugins: what is there, what the user has enabled, what is being worked on.
    """

    def __init__(
        self,
        post: Post,
        settings: SettingsStore,
        cache_folder: Path | None = None,
        state: Path | None = None,
        preview: Companion | None = None,
    ) -> None:
        self.post = post
        self.cache_folder = cache_folder
        self.state = state or (state_folder() if cache_folder is None else cache_folder / "state")
        self.registry: PluginRegistry = registry_with(())
        self.settings = settings
        self.document = Document()
        self.selection = Selection()
        self.index: Observable[int] = Observable(0)
        self.sweep: Observable[Sweep | None] = Observable(None)
        self.locks: Observable[frozenset[Address]] = Observable(frozenset())
        self.overlays: Observable[OverlayState] = Observable(settings.value.overlays)
        self.problems = Problems()
        self.judgments = Judgments(self.document.history)
        self.sidecar = JudgmentSidecar(self.document, self.judgments, self.problems, post, lambda: self.state)
        self.browse = Browse()
        self.declared = DeclaredNow(self.document, self.registry)
        self.table = FactsTable(self.declared.names)
        self.preview = PreviewService(post, cache_folder, preview)
        self.tiles = TileService(post, cache_folder, settings.value.gallery_workers)
        self.tracer = TracerHere(post)
        self.tracing = TracingService(post, cache_folder)
        self.refiner = Refiner(self.document, self.preview, self.tracing, self.tracer, self.problems)
        self.director = Director(self.document, self.index, self.preview, self.tiles, self.settings, self.problems)
        self.post = post
        self.queue = QueueService(post, queue_folder() if cache_folder is None else cache_folder / "queue")
        self.verifications = Verifications(post)
        self.exports = Exports(post, self.queue, self.verifications)
        self.conversions = Conversions(post)
        pictures = self.state / "thumbnails"
        self.catalogue = Catalogue(self.registry, post, pictures)
        self.thumbnails = Thumbnails(self.registry, post, pictures, cache_folder)
        self.assets = Assets(post, self.document, self.registry, settings, self.problems, cache_folder)
        self._make_plugins()
        self.tiles.facts_ready.connect(self.table.add)
        self.tiles.epoch_changed.connect(self.table.start_epoch)
        self.facts_demand = FactsDemand(self.tiles, self.table, self.browse, self.settings)
        self.document.opened.connect(self._on_opened)
        self._classes_told: tuple[object, object] = (None, None)
        self.document.changed.connect(self._call_classes)
        self.document.opened.connect(self._call_classes)

    def _make_plugins(self) -> None:
        """Make what plugins need, and use at once what was approved: the first picture may need it."""
        own = self.cache_folder
        approvals = Approvals(approvals_file() if own is None else own / "plugins.json")
        self.plugin_folder = user_plugin_folder() if own is None else own / "plugins"
        self.plugins = Plugins(self.post, self.document, approvals, self.registry, self.plugin_folder)
        self.development = Development(self.plugins, self.post)
        self.plugins_in_use = PluginsInUse(self.plugins, self.registry, self.director, self.catalogue, self.problems)
        self.plugins_in_use.used.connect(self.declared.forget)
        self.plugins_in_use.used.connect(self._make_thumbnails)
        self.plugins_in_use.used.connect(self._trace_with_plugins)
        self.thumbnails.changed.connect(self.catalogue.refresh)
        if any(approval.enabled for approval in approvals.held.values()):
            self.plugins_in_use.begin(user_grants(None, approvals))
        self.plugins.refresh()

    def _make_thumbnails(self) -> None:
        self.thumbnails.use(self.registry.grants)

    def _trace_with_plugins(self) -> None:
        self.tracing.use_plugins(self.registry.grants)

    def _on_opened(self) -> None:
        self.locks.set(frozenset())
        self.table.clear()
        self.browse.set(Order())

    def _call_classes(self) -> None:
        """Let statistics call classes as formats do; most edits change nothing of that, and cost nothing here."""
        project = self.document.project
        told = (None, None) if project is None else (project.classes, project.output.class_map)
        if told[0] is not self._classes_told[0] or told[1] is not self._classes_told[1]:
            self._classes_told = told
            self.table.call_classes(names_of(project))

    def close(self) -> None:
        """Write the judgments and end the services' processes."""
        self.sidecar.close()
        self.development.close()
        self.plugins_in_use.close()
        self.thumbnails.close()
        self.plugins.close()
        self.tracer.close()
        self.refiner.close()
        self.tracing.close()
        self.preview.close()
        self.tiles.close()
        self.exports.close()
        self.conversions.close()
        self.verifications.close()
        self.queue.close()
        self.assets.close()
