//! One suite for every store: what a memory does does not depend on where it is kept.

#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;
mod forget;
mod grammar;
mod ledger;
mod lessons;
mod meaning;
mod pgvector;
mod place;
mod predicates;
mod processes;
mod team;
mod tenants;

/// Runs each case on every store.
macro_rules! on_every_store {
    ($($module:ident::$case:ident as $name:ident),* $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { super::$module::$case(&super::place::sqlite()); })*
        }
        mod postgres {
            $(#[test] fn $name() { super::$module::$case(&super::place::postgres()); })*
        }
    };
}

on_every_store! {
    ledger::gives_back_what_it_was_given as gives_back_what_it_was_given,
    ledger::export_and_import_lose_nothing as export_and_import_lose_nothing,
    ledger::lists_and_shows as lists_and_shows,
    lessons::what_a_person_tells_is_believed_but_not_more_than_it_earns as what_a_person_tells_is_believed_but_not_more_than_it_earns,
    lessons::what_cannot_be_read_is_refused_whole as what_cannot_be_read_is_refused_whole,
    lessons::secrets_that_people_paste_are_not_kept as secrets_that_people_paste_are_not_kept,
    lessons::three_runs_make_a_lesson_and_failures_unmake_it as three_runs_make_a_lesson_and_failures_unmake_it,
    lessons::contradictions_surface as contradictions_surface,
    lessons::a_lesson_takes_the_place_of_another as a_lesson_takes_the_place_of_another,
    lessons::other_sizes_do_not_contradict as other_sizes_do_not_contradict,
    lessons::a_proved_way_back_is_a_lesson_and_a_hard_lock_another as a_proved_way_back_is_a_lesson_and_a_hard_lock_another,
    forget::removes_for_good as forget_removes_for_good,
    forget::judges_lessons_anew as forget_judges_lessons_anew,
    meaning::finds_the_same_in_other_words as finds_the_same_in_other_words,
    meaning::a_change_of_model_embeds_again_and_never_mixes as a_change_of_model_embeds_again,
    meaning::an_index_of_vectors_loses_nothing_behind_a_filter as an_index_of_vectors_loses_nothing_behind_a_filter,
    predicates::recall_of_predicates_is_whole as recall_of_predicates_is_whole,
    predicates::given_up_in_a_fixed_order as given_up_in_a_fixed_order,
    processes::that_write_at_once_lose_nothing as processes_that_write_at_once_lose_nothing,
    processes::that_are_killed_lose_at_most_what_was_not_acknowledged as processes_that_are_killed_lose_at_most_what_was_not_acknowledged,
    processes::that_make_vectors_go_on_where_a_dead_one_stopped as processes_that_make_vectors_go_on_where_a_dead_one_stopped,
    tenants::never_see_each_other as tenants_never_see_each_other,
    tenants::see_what_they_would_see_alone as tenants_see_what_they_would_see_alone,
    grammar::faults_point_at_the_character as faults_point_at_the_character,
}
