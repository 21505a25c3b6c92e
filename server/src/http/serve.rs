//! The life of the server: bound, started, recovered, serving, stopped.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

use super::listening::Listening;
use super::origin::Called;
use super::router::router;
use super::server_file::ServerFile;
use super::start::{DriftScans, Serve, ServeError, Started, start};
use super::state::Running;
use crate::audit::Act;
use crate::events::becomes_true;
use crate::hours::Hours;
use crate::identity::{ManyUsers, Peer};
use crate::service::{Site, look_after_uploads, sample};

const PURGES_LOOKED_FOR_EVERY: Duration = Duration::from_secs(600);
const SAMPLES_LOOKED_FOR_EVERY: Duration = Duration::from_secs(60);
const SESSIONS_SETTLED_EVERY: Duration = Duration::from_secs(60);
const IDLE_WORKERS_LOOKED_FOR_EVERY: Duration = Duration::from_secs(60);
/// The first scan for drift does not meet the rush of a start.
const DRIFT_SCANNED_AFTER: Duration = Duration::from_secs(60);
const REQUESTS_LOOKED_FOR_EVERY: Duration = Duration::from_millis(250);
/// After the order to stop, for answers that are under way and for moves to reach a safe place.
const STOPPED_WITHIN: Duration = Duration::from_secs(5);

/// Of all users together; one alone keeps no more of them busy than `service::busy` says.
const BLOCKING_THREADS_MAX: usize = 4096;
/// A page is rendered as deep as its elements are nested, which in a debug build is a lot.
const STACK_BYTES: usize = 16 << 20;

/// Serves until a signal or a failure ends it.
pub(crate) fn serve(options: Serve) -> Result<(), ServeError> {
    let runtime = runtime().map_err(ServeError::Runtime)?;
    let result = runtime.block_on(run(options));
    // Whatever still waits for a file system must not keep the process from ending.
    runtime.shutdown_timeout(Duration::from_millis(100));
    result
}

/// What requests are answered on.
pub(super) fn runtime() -> std::io::Result<Runtime> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    runtime.enable_all().max_blocking_threads(BLOCKING_THREADS_MAX).thread_stack_size(STACK_BYTES).build()
}

async fn run(options: Serve) -> Result<(), ServeError> {
    let failed = |source| ServeError::Listen { listen: options.listen.clone(), source };
    let listening = Listening::bind(&options.listen).await.map_err(failed)?;
    let address = listening.address().map_err(failed)?;
    let Started { running, first_page, _state } = start(&options, address)?;
    let url = match (&running.called, address) {
        (Called::By(public), _) => public.origin(),
        (Called::At(ip), address) => url(SocketAddr::new(*ip, address.map_or(0, |address| address.port()))),
    };
    let file = running.identities.bearer().map(|bearer| ServerFile::write(&options.state_folder, &url, bearer));
    let file = file.transpose().map_err(ServeError::ServerFile)?;
    let result = serve_bound(&running, listening, &format!("{url}{first_page}"), file.as_ref(), options.upkeep.drift_scans).await;
    if let Some(file) = file {
        file.remove();
    }
    result
}

pub(super) async fn serve_bound(
    running: &Running,
    listening: Listening,
    url: &str,
    file: Option<&ServerFile>,
    scans: Option<DriftScans>,
) -> Result<(), ServeError> {
    stop_on_signals(running, file)?;
    let engine = running.site.engine.clone();
    let feed = tokio::spawn({
        let running = running.clone();
        async move { running.feed.run(running.site.engine.clone(), running.names.clone(), running.stop.subscribe()).await }
    });
    // Whoever reads it may be gone already; that is no reason not to serve.
    let mut out = std::io::stdout();
    if writeln!(out, "{url}").and_then(|()| out.flush()).is_err() {
        tracing::warn!("the address could not be printed");
    }
    let recovery = tokio::task::spawn_blocking({
        let running = running.clone();
        move || recover(&running, scans)
    });
    let served = tokio::spawn(serve_requests(running.clone(), listening));
    let recovered = recovery.await.map_err(|error| ServeError::Serving(error.into()))?;
    if recovered.is_err() {
        running.stop.send_replace(true);
    }
    let served = served.await.map_err(|error| ServeError::Serving(error.into()))?;
    running.stop.send_replace(true);
    engine.halt();
    feed.abort();
    let waiting = running.clone();
    // It only waits, so it cannot fail in a way that matters now.
    drop(tokio::task::spawn_blocking(move || waiting.site.drivers.wait(STOPPED_WITHIN)).await);
    recovered.and(served)?;
    if running.has_failed() { Err(ServeError::JournalNotWritten) } else { Ok(()) }
}

async fn serve_requests(running: Running, listening: Listening) -> Result<(), ServeError> {
    let (mut stop, mut late) = (running.stop.subscribe(), running.stop.subscribe());
    let stopped = async move { becomes_true(&mut stop).await };
    let service = router(running).into_make_service_with_connect_info::<Peer>();
    let serving = async {
        match listening {
            Listening::Tcp(port) => axum::serve(port, service).with_graceful_shutdown(stopped).await,
            Listening::Unix(listener, _file) => axum::serve(listener, service).with_graceful_shutdown(stopped).await,
        }
    };
    tokio::select! {
        served = serving => served.map_err(ServeError::Serving),
        () = async { becomes_true(&mut late).await; tokio::time::sleep(STOPPED_WITHIN).await } => Ok(()),
    }
}

/// Brings open moves to where they can go on, lets them, and then the requests in.
fn recover(running: &Running, scans: Option<DriftScans>) -> Result<(), ServeError> {
    let to_drive = running.site.engine.recover_moves(false)?;
    if !to_drive.is_empty() {
        tracing::info!(moves = to_drive.len(), "moves go on where an earlier server left them");
    }
    running.set_ready();
    for id in to_drive {
        running.site.drivers.drive(id);
    }
    remove_left_barriers(running.site.clone());
    answer_requests(running.clone());
    again_and_again(running, "retention", Duration::ZERO, PURGES_LOOKED_FOR_EVERY, purge_what_is_due);
    if running.identities.many().is_some() {
        again_and_again(running, "sessions", SESSIONS_SETTLED_EVERY, SESSIONS_SETTLED_EVERY, settle_sessions);
    }
    if let Some(workers) = running.site.workers.clone() {
        again_and_again(running, "workers", IDLE_WORKERS_LOOKED_FOR_EVERY, IDLE_WORKERS_LOOKED_FOR_EVERY, move |_| {
            workers.end_idle();
            workers.end_outdated();
        });
    }
    again_and_again(running, "usage", Duration::ZERO, SAMPLES_LOOKED_FOR_EVERY, sample_usage);
    if let Some(DriftScans { every, pace, between }) = scans {
        let may_begin = move || between.is_none_or(Hours::are_now);
        again_and_again_when(running, "drift timer", DRIFT_SCANNED_AFTER, every, may_begin, move |running| {
            if let Err(error) = running.site.drifts.scan_all(&running.site, pace) {
                tracing::error!(%error, "projects are not scanned for drift");
            }
            running.site.leftovers.sweep(&running.site);
        });
    }
    Ok(())
}

/// Once: a server that cannot be reached keeps nobody waiting.
fn remove_left_barriers(site: Arc<Site>) {
    let remove = move || match site.engine.remove_left_barriers() {
        Ok(0) => {}
        Ok(removed) => tracing::info!(removed, "a power cut had brought back files of barriers"),
        Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "files of barriers are not looked for"),
    };
    if let Err(error) = std::thread::Builder::new().name("barriers".to_owned()).spawn(remove) {
        tracing::error!(%error, "files of barriers are not looked for");
    }
}

/// Looks all the time for what other processes ask through the state folder, and for moves that
/// have waited long enough.
fn answer_requests(running: Running) {
    let look = move || {
        let (site, stop) = (running.site.clone(), running.stop.subscribe());
        let mut could = true;
        while !*stop.borrow() {
            // Whoever halts it on purpose has said before that the server is to stop.
            if site.engine.is_halted() && !*stop.borrow() {
                return running.fail();
            }
            let answered = site.engine.answer_requests();
            match &answered {
                Ok(answered) => site.audit.answered(&site.engine, answered),
                Err(error) if could => {
                    tracing::error!(error = error as &dyn std::error::Error, "requests of other processes cannot be read");
                }
                Err(_) => {}
            }
            could = answered.is_ok();
            site.drivers.begin_turns();
            std::thread::sleep(REQUESTS_LOOKED_FOR_EVERY);
        }
    };
    if let Err(error) = std::thread::Builder::new().name("requests".to_owned()).spawn(look) {
        tracing::error!(%error, "requests of other processes are not looked for");
    }
}

/// Does something from time to time, until the server stops.
fn again_and_again(running: &Running, name: &str, first: Duration, every: Duration, work: impl Fn(&Running) + Send + 'static) {
    again_and_again_when(running, name, first, every, || true, work);
}

/// The same, but each time not before it may begin.
fn again_and_again_when(
    running: &Running,
    name: &str,
    first: Duration,
    every: Duration,
    may_begin: impl Fn() -> bool + Send + 'static,
    work: impl Fn(&Running) + Send + 'static,
) {
    let (running, stop) = (running.clone(), running.stop.subscribe());
    let look = move || {
        let mut next = Instant::now() + first;
        while !*stop.borrow() && !running.site.engine.is_halted() {
            if Instant::now() >= next && may_begin() {
                work(&running);
                next = Instant::now() + every;
            }
            std::thread::sleep(REQUESTS_LOOKED_FOR_EVERY);
        }
    };
    if let Err(error) = std::thread::Builder::new().name(name.to_owned()).spawn(look) {
        tracing::error!(%error, name, "something is not done by itself");
    }
}

/// Purges what is kept no longer, and looks after uploads.
fn purge_what_is_due(running: &Running) {
    look_after_uploads(&running.site);
    match running.site.engine.purge_due() {
        Ok(purged) => {
            for id in purged {
                tracing::info!(%id, "the retention is over: the original is purged");
                let _ = running.site.audit.note(&running.site.engine, None, Act::RetentionEnded { id });
            }
        }
        Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "what is due cannot be purged"),
    }
}

/// Ends sessions that are over, with what is streamed to them.
fn settle_sessions(running: &Running) {
    if let Some(Err(error)) = running.identities.many().map(ManyUsers::settle) {
        tracing::error!(error = &error as &dyn std::error::Error, "what has become of sessions is not written down");
    }
}

/// Remembers what each project uses, if that is due.
fn sample_usage(running: &Running) {
    if let Err(error) = sample(&running.site) {
        tracing::error!(error = &error as &dyn std::error::Error, "what projects use cannot be remembered");
    }
}

/// The first signal lets everything come to a good end; the second ends it as it is, which
/// recovery is made for.
fn stop_on_signals(running: &Running, file: Option<&ServerFile>) -> Result<(), ServeError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(ServeError::Runtime)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(ServeError::Runtime)?;
    let (running, file) = (running.clone(), file.cloned());
    tokio::spawn(async move {
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        tracing::info!("stopping");
        running.stop.send_replace(true);
        running.site.engine.halt();
        tokio::select! { _ = terminate.recv() => {}, _ = interrupt.recv() => {} }
        if let Some(file) = file {
            file.remove();
        }
        std::process::exit(1);
    });
    Ok(())
}

/// An address that a browser on this machine can open.
fn url(address: SocketAddr) -> String {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, address.port()))
}

#[cfg(test)]
mod tests {
    use super::url;

    #[test]
    fn the_printed_address_can_be_opened() {
        for (address, expected) in
            [("127.0.0.1:3000", "http://127.0.0.1:3000"), ("0.0.0.0:80", "http://127.0.0.1:80"), ("[::]:80", "http://[::1]:80")]
        {
            assert_eq!(url(address.parse().unwrap()), expected);
        }
    }
}
