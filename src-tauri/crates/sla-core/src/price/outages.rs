//! Single outages where some of the time is unknown: which outages there were, at the least and at the most that they cost.
//!
//! Unknown time can lengthen an outage, join two, or hold outages of its own, and none of these always costs more: five
//! unknown hours are one long outage or several short ones, each with a credit of its own. So every slice without evidence
//! is taken as up and as down, and of all the outages that this makes possible those are found that cost least and most.
//! Nothing is estimated: the search goes through a stretch slice by slice and keeps, for each place at which the service
//! may have been up, the best that lies before it.

use std::collections::VecDeque;

use super::End;
use crate::interval::IntervalSet;
use crate::ratio::Ratio;
use crate::time::Period;

/// Stretches of time that are down or may be, in order; between two of them the service was up, or not promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Width of a slice in seconds: each is up or down as a whole.
    pub slice_seconds: i64,
    /// Least number of slices in a row that are an outage.
    pub least_slices: i64,
    /// The stretches, each cut into pieces that are known or not.
    pub stretches: Vec<Vec<Piece>>,
}

/// A piece of a stretch: whole slices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its length in seconds.
    pub seconds: i64,
    /// Whether it is known to be down; otherwise nobody knows.
    pub is_down: bool,
}

/// What outages cost by their length: constant from each length to the next, and at last growing by equal steps.
pub(super) struct Steps {
    /// Lengths in slices with what an outage of at least so many costs, from one slice on, in rising order.
    pub(super) from: Vec<(usize, Ratio)>,
    /// After the last length: by how many more slices the cost grows by how much, for ever.
    pub(super) further: Option<(usize, Ratio)>,
}

impl Doubt {
    /// Time that is down and time of which nobody knows, whole slices both.
    pub fn new(slice_seconds: i64, least_slices: Option<u32>, down: &IntervalSet, unknown: &IntervalSet) -> Self {
        let touched = down.union(unknown);
        let stretches = touched.periods().iter().map(|&stretch| {
            let known = down.intersection(&stretch.into());
            let open = IntervalSet::from(stretch).difference(&known);
            let told = |set: &IntervalSet, is_down: bool| -> Vec<(Period, bool)> {
                set.periods().iter().map(|&period| (period, is_down)).collect()
            };
            let mut pieces = told(&known, true);
            pieces.extend(told(&open, false));
            pieces.sort_unstable();
            pieces.into_iter().map(|(period, is_down)| Piece { seconds: period.seconds(), is_down }).collect()
        });
        Self { slice_seconds, least_slices: least_slices.map_or(1, i64::from), stretches: stretches.collect() }
    }

    /// Lengths in seconds of the outages of the case, in order of time. `steps` says what an outage costs.
    pub(super) fn outages_seconds(&self, steps: &Steps, end: End) -> Vec<i64> {
        let all = self.stretches.iter().flat_map(|stretch| {
            let slices = stretch.iter().flat_map(|piece| {
                let count = usize::try_from(piece.seconds / self.slice_seconds).expect("a piece has a length");
                std::iter::repeat_n(piece.is_down, count)
            });
            let slices: Vec<bool> = slices.collect();
            if slices.iter().all(|is_down| *is_down) {
                vec![slices.len()]
            } else {
                Search::new(&slices, steps, end).runs()
            }
        });
        let outages = all.map(|slices| i64::try_from(slices).expect("a stretch has few slices"));
        outages.filter(|slices| *slices >= self.least_slices).map(|slices| slices * self.slice_seconds).collect()
    }
}

/// What lies before a place, and where the outage that ends there began.
#[derive(Clone)]
struct Way {
    cost: Ratio,
    began: usize,
}

/// The way through one stretch.
struct Search<'a> {
    slices: &'a [bool],
    end: End,
    /// For each place the best of what lies before it, where the slice before it may be up. The first place is the start of
    /// the stretch, and the last one lies behind the slice after its end: the service is up before and after.
    places: Vec<Option<Way>>,
    /// For each length of `Steps` the places at which an outage of that length may have begun, the best one first.
    windows: Vec<VecDeque<usize>>,
    /// For each place the best outage that ends there and has grown by equal steps.
    grown: Vec<Option<Way>>,
}

impl<'a> Search<'a> {
    fn new(slices: &'a [bool], steps: &Steps, end: End) -> Self {
        let places = vec![None; slices.len() + 2];
        let windows = vec![VecDeque::new(); steps.from.len()];
        let grown = if steps.further.is_some() { vec![None; slices.len() + 1] } else { Vec::new() };
        let mut search = Self { slices, end, places, windows, grown };
        search.places[0] = Some(Way { cost: Ratio::zero(), began: 0 });
        for at in 0..=slices.len() {
            search.step(at, steps);
        }
        search
    }

    /// Whether a cost decides the case against another one.
    fn is_better(&self, cost: &Ratio, than: &Ratio) -> bool {
        match self.end {
            End::Least => cost < than,
            End::Most => cost > than,
        }
    }

    /// The best way to a place behind an outage that ends before slice `at`, or behind none.
    fn step(&mut self, at: usize, steps: &Steps) {
        // In the order in which equal ways are preferred: the least case has as few outages as it can, the most case as
        // long ones.
        let mut ways: Vec<Way> = self.cost(at).map(|cost| Way { cost, began: at }).into_iter().collect();
        for (index, (from, cost)) in steps.from.iter().enumerate() {
            let is_last = index + 1 == steps.from.len();
            let growth = steps.further.as_ref().filter(|_| is_last);
            let to = match growth {
                Some((slices, _)) => Some(from + slices),
                None => steps.from.get(index + 1).map(|(next, _)| *next),
            };
            self.slide(index, at, *from, to);
            let mut way = self.windows[index].front().map(|&began| Way {
                cost: self.places[began].as_ref().expect("a place in a window").cost.plus(cost),
                began,
            });
            if let Some((slices, more)) = growth {
                let before = at.checked_sub(*slices).and_then(|before| self.grown[before].as_ref());
                let grown = before.map(|before| Way { cost: before.cost.plus(more), began: before.began });
                way = match (way, grown) {
                    (Some(way), Some(grown)) if self.is_better(&grown.cost, &way.cost) => Some(grown),
                    (way, grown) => way.or(grown),
                };
                self.grown[at].clone_from(&way);
            }
            ways.extend(way);
        }
        let may_be_up = self.slices.get(at).is_none_or(|is_down| !is_down);
        if self.end == End::Most {
            ways.reverse();
        }
        let best = ways.into_iter().reduce(|best, way| if self.is_better(&way.cost, &best.cost) { way } else { best });
        self.places[at + 1] = best.filter(|_| may_be_up);
    }

    fn cost(&self, place: usize) -> Option<Ratio> {
        self.places[place].as_ref().map(|way| way.cost.clone())
    }

    /// Moves a window to the places from which an outage up to slice `at` has at least `from` and fewer than `to` slices.
    fn slide(&mut self, window: usize, at: usize, from: usize, to: Option<usize>) {
        if let Some(first) = to.and_then(|to| (at + 1).checked_sub(to)) {
            while self.windows[window].front().is_some_and(|place| *place < first) {
                self.windows[window].pop_front();
            }
        }
        let Some(new) = at.checked_sub(from).filter(|place| self.places[*place].is_some()) else { return };
        let cost = self.cost(new).expect("a place with a way");
        while let Some(last) = self.windows[window].back().copied() {
            let known = self.cost(last).expect("a place in a window");
            let stays = match self.end {
                End::Least => known < cost,
                End::Most => known >= cost,
            };
            if stays {
                break;
            }
            self.windows[window].pop_back();
        }
        self.windows[window].push_back(new);
    }

    /// Lengths of the outages in slices, in order.
    fn runs(&self) -> Vec<usize> {
        let mut runs = Vec::new();
        let mut place = self.slices.len() + 1;
        while place > 0 {
            let began = self.places[place].as_ref().expect("the service is up where a way leads").began;
            if began < place - 1 {
                runs.push(place - 1 - began);
            }
            place = began;
        }
        runs.reverse();
        runs
    }
}
