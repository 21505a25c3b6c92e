//! A chunk of an upload on its way to the file: it is written as it comes, and never held whole.
//!
//! What came before a connection broke is kept. The answer says how long the file is now, whatever
//! became of the chunk, so the sender always knows where to go on.

use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use tidelock_app::api::status_of;
use tidelock_shared::upload::{ChunkAnswer, UploadId};
use tidelock_shared::user_error::UserError;
use tokio::sync::mpsc;

use crate::service::{Asker, EngineService, Filling, Kind};
use crate::uploads::{ReceiveError, Receiving, Staging};
use crate::user_error::upload as sentences;
use crate::words::within;

/// So many pieces wait for a slow file system before the network waits for it too.
const PIECES_WAITING: usize = 4;

/// What comes of a body; none of it was lost on the way if the last is `End`.
enum Piece {
    Bytes(Bytes),
    End,
}

/// Writes a body into a file of an upload, from `offset` on.
pub(super) async fn receive(asker: Asker, id: UploadId, number: u32, offset: u64, body: Body) -> Response {
    let place = match asker.place(Kind::Transfer).await {
        Ok(place) => place,
        Err(problem) => return answered(&ChunkAnswer { length: None, problem: Some(problem) }),
    };
    let (sender, receiver) = mpsc::channel(PIECES_WAITING);
    let span = tracing::Span::current();
    let written = tokio::task::spawn_blocking(move || {
        let _place = place;
        let write = || match asker.service() {
            Ok(service) => write(&service, &id, number, offset, receiver),
            Err(problem) => ChunkAnswer { length: None, problem: Some(problem) },
        };
        span.in_scope(|| within(asker.language(), write))
    });
    let mut pieces = body.into_data_stream();
    loop {
        let piece = match pieces.next().await {
            Some(Ok(bytes)) => Piece::Bytes(bytes),
            None => Piece::End,
            // Without an end, whoever writes knows that something is missing.
            Some(Err(_)) => break,
        };
        let is_end = matches!(piece, Piece::End);
        if sender.send(piece).await.is_err() || is_end {
            break;
        }
    }
    drop(sender);
    match written.await {
        Ok(answer) => answered(&answer),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn answered(answer: &ChunkAnswer) -> Response {
    let status = answer.problem.as_ref().map_or(200, |problem| status_of(&problem.code));
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(answer)).into_response()
}

fn write(service: &EngineService, id: &UploadId, number: u32, offset: u64, pieces: mpsc::Receiver<Piece>) -> ChunkAnswer {
    let filling = match service.fill(id, number) {
        Ok(filling) => filling,
        Err(problem) => return ChunkAnswer { length: None, problem: Some(problem) },
    };
    let fs = Arc::clone(&filling.fs);
    let staging = match Staging::open(&*fs, &filling.folder, id) {
        Ok(staging) => staging,
        Err(error) => return ChunkAnswer { length: None, problem: Some(sentences::staging(&filling.folder, &error)) },
    };
    let receiving = match Receiving::open(&staging, &filling.file, offset) {
        Ok(receiving) => receiving,
        Err(error) => return refused(&filling, error),
    };
    fill(&filling, receiving, pieces)
}

fn fill(filling: &Filling, mut receiving: Receiving<'_>, mut pieces: mpsc::Receiver<Piece>) -> ChunkAnswer {
    let mut problem = Some(sentences::cut_off());
    while let Some(piece) = pieces.blocking_recv() {
        match piece {
            Piece::Bytes(bytes) => match receiving.write(&bytes) {
                Ok(()) => {}
                // Nothing of a file that is another by now is to be taken for a part of it.
                Err(ReceiveError::TooMuch) => {
                    let length = receiving.take_back().ok();
                    return ChunkAnswer { length, problem: Some(sentences::too_much()) };
                }
                Err(error) => {
                    problem = refused(filling, error).problem;
                    break;
                }
            },
            Piece::End => {
                problem = None;
                break;
            }
        }
    }
    match receiving.close() {
        Ok(length) => ChunkAnswer { length: Some(length), problem },
        Err(error) => ChunkAnswer { length: None, problem: Some(sentences::fs_error(&filling.folder, &error)) },
    }
}

fn refused(filling: &Filling, error: ReceiveError) -> ChunkAnswer {
    let (length, problem): (Option<u64>, UserError) = match error {
        ReceiveError::Offset { length } => (Some(length), sentences::offset(length)),
        ReceiveError::TooMuch => (None, sentences::too_much()),
        ReceiveError::FileSystem(error) => (None, sentences::fs_error(&filling.folder, &error)),
    };
    ChunkAnswer { length, problem: Some(problem) }
}
