//! What pages are made of: one component per file, each with a style sheet of its name.
//!
//! Components show; what they cannot know is given to them or lies on the desk.

#![allow(clippy::needless_pass_by_value, reason = "a component owns its properties: the macro hands them over in a struct")]

pub mod access_row;
pub mod breadcrumb;
pub mod command_palette;
mod commands;
pub mod conflict_choices;
pub mod context_menu;
pub mod copy_button;
pub mod drag_layer;
pub mod drawer_body;
pub mod drop_layer;
pub mod empty_state;
pub mod entry_details;
pub mod folder_row;
pub mod folder_table;
pub mod icon;
pub mod inventory_report;
pub mod lazy_part;
pub mod limits_form;
pub mod live_region;
pub mod meter;
pub mod modal;
pub mod move_actions;
pub mod move_dialog;
pub mod move_progress;
pub mod name_dialog;
pub mod notice;
pub mod notify_switch;
pub mod pane;
pub mod phase_track;
pub mod place_link;
pub mod plan_details;
pub mod plan_drawer;
pub mod preview_card;
pub mod problem;
pub mod project_rail;
pub mod repair_offer;
pub mod session_over;
pub mod share_list;
pub mod shortcut_sheet;
pub mod state_badge;
pub mod status_bar;
pub mod theme_toggle;
pub mod timestamp;
pub mod token_form;
pub mod toolbar;
pub mod top_bar;
pub mod tray;
pub mod tray_move;
pub mod upload_dialog;
pub mod upload_tray;
pub mod usage_chart;
pub mod user_menu;
