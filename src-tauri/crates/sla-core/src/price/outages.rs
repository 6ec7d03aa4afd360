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

    /// Whether an outage that has grown is taken before a shorter one, whose cost is the second.
    fn grows(&self, cost: &Ratio, than: &Ratio) -> bool {
        match self.end {
            End::Least => cost < than,
            End::Most => cost >= than,
        }
    }

    /// The best way to a place behind an outage that ends before slice `at`, or behind none.
    fn step(&mut self, at: usize, steps: &Steps) {
        // In the order in which equal ways are preferred: the least case is down as shortly as it can be, the most case has
        // outages as long as they can be.
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
                    (Some(way), Some(grown)) if self.grows(&grown.cost, &way.cost) => Some(grown),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// `d` is a slice that is down, `?` one of which nobody knows.
    fn check(
        case: &str,
        slices: &str,
        from: &[(usize, i64)],
        further: Option<(usize, i64)>,
        least: &[usize],
        most: &[usize],
    ) {
        let steps = Steps {
            from: from.iter().map(|&(length, cost)| (length, Ratio::whole(cost))).collect(),
            further: further.map(|(slices, more)| (slices, Ratio::whole(more))),
        };
        let is_down: Vec<bool> = slices.chars().map(|slice| slice == 'd').collect();
        let runs = |end| Search::new(&is_down, &steps, end).runs();
        assert_eq!(runs(End::Least), least, "{case}: at the least");
        assert_eq!(runs(End::Most), most, "{case}: at the most");
    }

    #[test]
    fn of_equal_ways_the_least_has_no_outage_more_and_the_most_the_longest() {
        check("unknown, and free", "???", &[(1, 0)], None, &[], &[3]);
        check("free between two that are down", "d?d", &[(1, 0)], None, &[1, 1], &[3]);
        check("each costs the same", "d?d", &[(1, 7)], None, &[3], &[1, 1]);
        check("two short ones or a long one", "d??d", &[(1, 5), (4, 10)], None, &[1, 1], &[4]);
        check("short of the length that costs", "?d??", &[(1, 0), (3, 4)], None, &[1], &[4]);
        check("at the length that costs", "ddd?", &[(1, 1), (4, 9)], None, &[3], &[4]);
        check("beyond what is worth it", "d????", &[(1, 3)], None, &[1], &[1, 1, 1]);
    }

    #[test]
    fn the_longest_outages_grow_by_equal_steps() {
        check("a long one costs more", "?????", &[(1, 1)], Some((1, 5)), &[], &[5]);
        check("growing as slowly as new ones", "d??", &[(1, 2)], Some((2, 2)), &[1], &[3]);
        check("growing slower than new ones", "d???d", &[(1, 4)], Some((2, 1)), &[5], &[1, 1, 1]);
        check("every second slice", "d?d?d?d", &[(1, 1), (2, 6)], Some((2, 5)), &[1, 1, 1, 1], &[7]);
        check("between two steps", "dd?", &[(1, 1)], Some((2, 5)), &[2], &[3]);
        check("two short ones cost as much as a grown one", "d?d?", &[(1, 2)], Some((2, 2)), &[1, 1], &[4]);
        check("a step of three", "d??d??d", &[(1, 3), (2, 4)], Some((3, 2)), &[7], &[1, 2, 2]);
    }
}
