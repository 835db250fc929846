//! The order in which PostgreSQL accepts changes.
//!
//! Every change makes some objects, ends some, needs some to be there and lets go of some. What is needed is
//! made before; what goes is let go of before; a name is freed before it is taken. Where this leaves a
//! choice, changes keep to the order of their ranks.

mod chain;
mod lineage;
mod node;
mod object;
mod rank;
mod slot;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use model::{Change, ObjectRef, Schema};

use node::Node;
use slot::Slot;

/// Sorts changes into an order that works, as far as there is one: where changes wait for each other in a
/// circle, the one of the lowest rank goes first.
pub(crate) fn sort(changes: Vec<Change>, from: &Schema, to: &Schema) -> Vec<Change> {
    let nodes = node::nodes(&changes, from, to);
    let order = in_order(&nodes, edges(&nodes, &changes, from, to));
    let mut slots: Vec<Option<Change>> = changes.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| slots[at].take()).collect()
}

/// For each change those that have to come before it.
struct Edges {
    before: Vec<BTreeSet<usize>>,
}

impl Edges {
    fn add(&mut self, first: usize, then: usize) {
        if first != then {
            self.before[then].insert(first);
        }
    }
}

fn edges(nodes: &[Node], changes: &[Change], from: &Schema, to: &Schema) -> Edges {
    let mut edges = Edges { before: vec![BTreeSet::new(); nodes.len()] };
    let makers = by(nodes, |node| &node.makes);
    let enders = by(nodes, |node| &node.ends);
    let mut freed: BTreeMap<&Slot, Vec<usize>> = BTreeMap::new();
    for (at, slot) in
        nodes.iter().enumerate().flat_map(|(at, node)| node.frees.iter().map(move |slot| (at, slot)))
    {
        freed.entry(slot).or_default().push(at);
    }
    for (at, node) in nodes.iter().enumerate() {
        for &maker in node.needs.iter().filter_map(|object| makers.get(object)).flatten() {
            edges.add(maker, at);
        }
        for &ender in node.releases.iter().filter_map(|object| enders.get(object)).flatten() {
            edges.add(at, ender);
        }
        for &ender in node.makes.iter().filter_map(|object| enders.get(object)).flatten() {
            edges.add(ender, at);
        }
        for &other in node.takes.iter().filter_map(|slot| freed.get(slot)).flatten() {
            edges.add(other, at);
        }
    }
    for (first, then) in chain::chains(changes, nodes, from, to) {
        edges.add(first, then);
    }
    edges
}

fn by<'a>(
    nodes: &'a [Node],
    objects: impl Fn(&'a Node) -> &'a BTreeSet<ObjectRef>,
) -> BTreeMap<&'a ObjectRef, Vec<usize>> {
    let mut sorted: BTreeMap<&ObjectRef, Vec<usize>> = BTreeMap::new();
    for (at, node) in nodes.iter().enumerate() {
        for object in objects(node) {
            sorted.entry(object).or_default().push(at);
        }
    }
    sorted
}

fn in_order(nodes: &[Node], mut edges: Edges) -> Vec<usize> {
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    for (then, before) in edges.before.iter().enumerate() {
        before.iter().for_each(|&first| after[first].push(then));
    }
    let mut waiting: BTreeSet<(u32, usize)> =
        nodes.iter().enumerate().map(|(at, node)| (node.rank, at)).collect();
    let ready = waiting.iter().filter(|(_, at)| edges.before[*at].is_empty());
    let mut ready: BinaryHeap<Reverse<(u32, usize)>> = ready.map(|&key| Reverse(key)).collect();
    let mut order = Vec::with_capacity(nodes.len());
    while let Some(first) = waiting.first().copied() {
        let (rank, at) = ready.pop().map_or(first, |Reverse(key)| key);
        if !waiting.remove(&(rank, at)) {
            continue;
        }
        order.push(at);
        for &then in &after[at] {
            edges.before[then].remove(&at);
            if edges.before[then].is_empty() {
                ready.push(Reverse((nodes[then].rank, then)));
            }
        }
    }
    order
}
