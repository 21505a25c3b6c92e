//! One page per route: each loads what its URL names and hands it to components.

pub mod access;
pub mod audit;
pub mod board;
pub mod browse;
pub mod drift;
pub mod gallery;
pub mod guarantees;
pub mod lazy;
pub mod leftovers;
pub mod move_page;
pub mod moves;
pub mod not_found;
pub mod overview;
pub mod project_page;
pub mod projects;
pub mod search;
pub mod settings;
mod status;
pub mod trash;
