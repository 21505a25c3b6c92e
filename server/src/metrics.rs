//! What the server is doing in numbers, for Prometheus.
//!
//! All but the counters is read off when somebody asks, so nothing can be counted wrongly; the counters
//! begin with the process. `packaging/prometheus/alerts.yml` and `packaging/grafana/tidelock.json`
//! use these names.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use parking_lot::Mutex;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use tidelock_engine::journal::Watch;
use tidelock_engine::moves::event::Event;
use tidelock_engine::worker::Wait;
use tidelock_engine::{EngineError, Snapshot, Waits};
use tidelock_shared::drift::DriftKind;
use tidelock_shared::progress::MoveState;
use tidelock_shared::project::Project;

use crate::service::{Site, visible};

/// Of what [`read`] answers.
pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

type Labels = Vec<(&'static str, String)>;
type Gauges = Family<Labels, Gauge<f64, AtomicU64>>;
type Counters = Family<Labels, Counter<f64, AtomicU64>>;

/// What the journal has written since the process began; it is asked around each write.
#[derive(Default)]
pub(crate) struct Counted(Mutex<Counts>);

#[derive(Clone, Debug, Default)]
struct Counts {
    began: Option<Instant>,
    writes: u64,
    seconds: f64,
    /// By what was recorded.
    events: BTreeMap<&'static str, u64>,
}

impl Watch for Counted {
    fn before_write(&self) {
        self.0.lock().began = Some(Instant::now());
    }

    fn after_write(&self, written: Option<(u32, &Event)>) {
        let mut counts = self.0.lock();
        counts.seconds += counts.began.take().map_or(0.0, |began| began.elapsed().as_secs_f64());
        counts.writes += 1;
        if let Some(name) = written.and_then(|(_, event)| name(event)) {
            *counts.events.entry(name).or_default() += 1;
        }
    }
}

/// The events that tell how moves go, as a label.
fn name(event: &Event) -> Option<&'static str> {
    Some(match event {
        Event::Accepted => "accepted",
        Event::StepFailed { .. } => "step_failed",
        Event::CancelRequested => "cancelled",
        Event::Committed => "committed",
        Event::Done => "done",
        Event::Undone => "undone",
        Event::Stuck { .. } => "stuck",
        Event::Purged => "purged",
        _ => return None,
    })
}

/// Everything, as OpenMetrics text.
pub(crate) fn read(site: &Site) -> Result<String, EngineError> {
    let mut registry = Registry::with_prefix("tidelock");
    counters(&mut registry, &site.counted.0.lock().clone());
    moves(&mut registry, &site.engine.list(0)?);
    let limits = site.engine.limits();
    gauge(&mut registry, "moves_at_once", "How many moves may run at the same time", f64::from(limits.moves_at_once));
    gauge(&mut registry, "drained", "1 while nothing new may come into sight", f64::from(u8::from(limits.is_drained)));
    let engine = site.engine.as_itself();
    projects(&mut registry, &visible(site, &engine, &**engine.file_system()));
    drift(&mut registry, site);
    let mut text = String::new();
    // Only a writer can fail, and a string never does.
    let _ = encode(&mut text, &registry);
    Ok(text)
}

fn gauge(registry: &mut Registry, name: &str, help: &str, value: f64) {
    let gauge = Gauge::<f64, AtomicU64>::default();
    gauge.set(value);
    registry.register(name, help, gauge);
}

fn gauges(registry: &mut Registry, name: &str, help: &str) -> Gauges {
    let family = Gauges::default();
    registry.register(name, help, family.clone());
    family
}

fn set(gauges: &Gauges, labels: &[(&'static str, &str)], value: f64) {
    gauges.get_or_create(&labels_of(labels)).set(value);
}

fn labels_of(labels: &[(&'static str, &str)]) -> Labels {
    labels.iter().map(|(name, value)| (*name, (*value).to_owned())).collect()
}

fn counters(registry: &mut Registry, counts: &Counts) {
    let events = Counters::default();
    registry.register("events", "Events of moves that were recorded", events.clone());
    for (name, count) in &counts.events {
        events.get_or_create(&labels_of(&[("event", name)])).inc_by(*count as f64);
    }
    let (writes, seconds) = (Counter::<f64, AtomicU64>::default(), Counter::<f64, AtomicU64>::default());
    writes.inc_by(counts.writes as f64);
    seconds.inc_by(counts.seconds);
    registry.register("journal_writes", "Commits of the journal", writes);
    registry.register_with_unit("journal_write", "Time that commits of the journal took", Unit::Seconds, seconds);
}

fn moves(registry: &mut Registry, open: &[Snapshot]) {
    let states = gauges(registry, "open_moves", "Moves that have not ended, by what they do or wait for");
    for state in ["running", "turn", "tape", "room", "servers", "drained", "paused", "held", "stuck"] {
        let count = open.iter().filter(|snapshot| standing(snapshot) == state).count();
        set(&states, &[("standing", state)], count as f64);
    }
    let sum = |read: fn(&Snapshot) -> Option<f64>| open.iter().filter_map(read).sum::<f64>();
    let (bytes, entries) = (sum(|snapshot| snapshot.reading.bytes_per_second), sum(|snapshot| snapshot.reading.entries_per_second));
    gauge(registry, "copied_bytes_per_second", "What all moves copy together now", bytes);
    gauge(registry, "entries_per_second", "Entries that all moves handle together now", entries);
}

fn standing(snapshot: &Snapshot) -> &'static str {
    let of = &snapshot.recorded.of;
    match &snapshot.waits {
        _ if of.state == MoveState::Stuck => "stuck",
        _ if of.is_held => "held",
        _ if of.is_paused => "paused",
        None => "running",
        Some(Waits::Turn) => "turn",
        Some(Waits::Step(Wait::Restore { .. })) => "tape",
        Some(Waits::Step(Wait::Room)) => "room",
        Some(Waits::Step(Wait::Servers)) => "servers",
        Some(Waits::Step(Wait::Drained)) => "drained",
    }
}

fn projects(registry: &mut Registry, projects: &[Project]) {
    let used = gauges(registry, "project_used", "What a project is charged");
    let soft = gauges(registry, "project_soft_limit", "Its soft limit, where it has one");
    let hard = gauges(registry, "project_hard_limit", "Its hard limit, where it has one");
    let reserved = gauges(registry, "project_reserved", "What moves have set aside there");
    let headroom = gauges(registry, "project_headroom", "What may still be added, by limits, reservations and capacity");
    for project in projects {
        let left = project.headroom();
        let quantities = [
            ("bytes", project.usage.map(|usage| usage.bytes), project.limits.bytes, project.reserved.bytes, left.bytes),
            ("inodes", project.usage.map(|usage| usage.inodes), project.limits.inodes, project.reserved.inodes, left.inodes),
        ];
        for (of, usage, bounds, set_aside, left) in quantities {
            let told =
                [(&used, usage), (&soft, bounds.soft), (&hard, bounds.hard), (&reserved, Some(set_aside)), (&headroom, left)];
            for (gauges, value) in told {
                if let Some(value) = value {
                    set(gauges, &[("project", &project.name), ("root", &project.root.shown()), ("of", of)], value as f64);
                }
            }
        }
    }
}

fn drift(registry: &mut Registry, site: &Site) {
    let findings = gauges(registry, "drift_findings", "Findings of the newest scan of a project's folder");
    let scanned = gauges(registry, "drift_scanned_timestamp_seconds", "When that scan ended");
    for (path, ended_ms, kinds) in site.drifts.counts() {
        let root = path.shown();
        set(&scanned, &[("root", &root)], ended_ms as f64 / 1000.0);
        for (kind, label) in KINDS {
            set(&findings, &[("root", &root), ("kind", label)], kinds.get(&kind).copied().unwrap_or_default() as f64);
        }
    }
}

const KINDS: [(DriftKind, &str); 4] = [
    (DriftKind::TagDrift, "tag_drift"),
    (DriftKind::ObjectDrift, "object_drift"),
    (DriftKind::AccountingDrift, "accounting_drift"),
    (DriftKind::OverLimit, "over_limit"),
];
