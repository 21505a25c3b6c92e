//! What lies in each project, as people leave it.

use tidelock_engine::fs::FsResult;
use tidelock_shared::id::{EngineId, MoveId};

use super::furnish::day;
use super::place::Place;
use super::world::{ALICE, BOB, GENOMICS, GIB, MATERIALS, MIB, TIB};

pub(super) fn climate(place: &Place<'_>) -> FsResult<()> {
    place.holding("README.md", include_bytes!("contents/README.md"))?;
    place.folder("common", |common| {
        common.file("grid.nc", 6 * GIB)?;
        common.file("orography.nc", 880 * MIB)
    })?;
    place.on(day(2026, 9, 28)).folder("ensemble-2026-09", ensemble)?;
    place.on(day(2026, 10, 3)).folder("run-2026-10-03", |run| run_of_october(run, place))?;
    place.on(day(2026, 10, 17)).folder("run-2026-10-17", |run| {
        run.holding("namelist.input", include_bytes!("contents/namelist.input"))?;
        run.folder("checkpoints", |folder| {
            (1..=4).try_for_each(|step| folder.file(format!("checkpoint-{:04}.ckpt", step * 100), 400 * GIB))
        })?;
        run.file("model.log", 61 * MIB)
    })?;
    place
        .on(day(2024, 2, 14))
        .folder("reanalysis-era5", |folder| (2005..2024).try_for_each(|year| folder.file(format!("era5-{year}.grib"), 2 * TIB)))?;
    place.on(day(2026, 11, 5)).folder("figures-for-paper", |figures| {
        (1..=24)
            .try_for_each(|number| figures.holding(&format!("figure-{number:02}.png"), include_bytes!("contents/figure.png")))?;
        figures.folder("data", |data| (1..=6).try_for_each(|number| data.file(format!("figure-{number:02}.nc"), 4 * GIB)))?;
        figures.symbolic_link("latest.png", "figure-24.png")
    })?;
    place.on(day(2019, 6, 3)).folder("old-laptop", |folder| {
        // As they came from an old system: Latin-1, and a name that was pasted.
        folder.file(b"Messung-\xe4\xf6\xfc.dat", 48 * MIB)?;
        folder.file("notes\nfrom 2019.txt", 1_204)?;
        folder.file("Überschuss 2019.csv", 73_310)
    })
}

/// About three thousand entries: long enough to watch, and it fits elsewhere.
fn ensemble(ensemble: &Place<'_>) -> FsResult<()> {
    for member in 1..=30 {
        ensemble.folder(&format!("member-{member:02}"), |folder| {
            (1..=99).try_for_each(|field| folder.file(format!("daily-field-{field:03}.nc"), 512 * MIB))
        })?;
    }
    Ok(())
}

fn run_of_october(run: &Place<'_>, climate: &Place<'_>) -> FsResult<()> {
    run.holding("namelist.input", include_bytes!("contents/namelist.input"))?;
    run.file("model.log", 212 * MIB)?;
    run.folder("input", |input| {
        input.file("boundary.nc", 30 * GIB)?;
        input.file("grid-refined.nc", 9 * GIB)?;
        // The same file under a second name outside the run.
        climate.folder("shared-grids", |shared| input.hard_link("grid-refined.nc", shared, "grid-refined.nc"))
    })?;
    run.folder("checkpoints", |folder| {
        (1..=8).try_for_each(|step| folder.file(format!("checkpoint-{:04}.ckpt", step * 100), 400 * GIB))?;
        folder.hard_link("checkpoint-0800.ckpt", folder, "checkpoint-final.ckpt")?;
        folder.symbolic_link("latest", "checkpoint-0800.ckpt")
    })?;
    run.folder("output", |output| {
        (1..=120).try_for_each(|hour| output.file(format!("hour-{:03}.nc", hour * 6), 40 * GIB))?;
        // Somebody moved them here as root: the bytes are in one project, the bill in another.
        ["hour-006.nc", "hour-012.nc", "hour-018.nc"].into_iter().try_for_each(|name| output.drift(name, GENOMICS))
    })?;
    run.folder("figures", |figures| (1..=40).try_for_each(|number| figures.file(format!("temperature-{number:03}.png"), 2 * MIB)))
}

pub(super) fn genomics(place: &Place<'_>) -> FsResult<()> {
    place.on(day(2025, 3, 10)).folder("reference", |reference| {
        ["GRCh38.fa", "GRCh38.fa.fai", "CHM13v2.fa", "decoys.bed"].into_iter().try_for_each(|name| reference.file(name, 220 * GIB))
    })?;
    place.on(day(2026, 8, 21)).folder("cohort-a", |cohort| {
        (1..=12).try_for_each(|sample| {
            cohort.folder(&format!("sample-{sample:03}"), |folder| {
                folder.file("reads_1.fastq.gz", 60 * GIB)?;
                folder.file("reads_2.fastq.gz", 60 * GIB)?;
                folder.file("aligned.bam", 180 * GIB)?;
                folder.file("variants.vcf.gz", 2 * GIB)
            })
        })
    })?;
    place.on(day(2025, 11, 30)).folder("assembly-2025", |assembly| {
        (1..=60).try_for_each(|contig| assembly.file(format!("contig-{contig:03}.fa.gz"), 200 * GIB))
    })?;
    place.on(day(2026, 10, 26)).by(ALICE).folder("incoming", |incoming| {
        incoming.file("plate-17.csv", 88_020)?;
        incoming.folder("from-materials", |folder| folder.file("spectra.h5", 14 * GIB))?;
        // The folder came with its old charge, and gives it to whatever is put there.
        incoming.drift("from-materials", MATERIALS)
    })?;
    place
        .on(day(2026, 10, 30))
        .folder("results", |results| (1..=25).try_for_each(|number| results.file(format!("summary-{number:02}.tsv"), 12 * MIB)))
}

pub(super) fn materials(place: &Place<'_>) -> FsResult<()> {
    place.on(day(2026, 7, 9)).folder("dft-screening", |screening| {
        (1..=97).try_for_each(|number| {
            screening.folder(&format!("compound-{number:03}"), |compound| {
                compound.file("INCAR", 1_120)?;
                compound.file("POSCAR", 5_872)?;
                compound.file("WAVECAR", 180 * GIB)?;
                compound.file("CHGCAR", 20 * GIB)
            })
        })
    })?;
    place.on(day(2026, 9, 15)).folder("md-trajectories", |folder| {
        (1..=10).try_for_each(|number| folder.file(format!("trajectory-{number:02}.xtc"), 50 * GIB))
    })
}

pub(super) fn archive(place: &Place<'_>) -> FsResult<()> {
    for year in [2017, 2018] {
        // On tape for years: what is left here is a name.
        place.on(day(year, 12, 20)).folder(&format!("campaign-{year}"), |campaign| {
            (1..=40).try_for_each(|number| campaign.released(&format!("raw-{number:03}.tar"), 2 * TIB))?;
            campaign.file("index.sqlite", 740 * MIB)
        })?;
    }
    place.on(day(2016, 12, 19)).by(ALICE).folder("pilot-2016", |pilot| {
        (1..=9).try_for_each(|number| pilot.released(&format!("raw-{number:03}.tar"), GIB))?;
        pilot.file("README.md", 2_310)
    })?;
    place.on(day(2019, 12, 19)).by(ALICE).folder("campaign-2019", |campaign| {
        (1..=13).try_for_each(|number| campaign.file(format!("raw-{number:03}.tar"), TIB))?;
        campaign.released("calibration.tar", 3 * TIB)
    })
}

pub(super) fn shared_tools(place: &Place<'_>) -> FsResult<()> {
    for (tool, version) in [("gcc", "15.2"), ("openmpi", "5.0.8"), ("python", "3.14"), ("netcdf", "4.9.3")] {
        place.on(day(2026, 2, 2)).folder(&format!("{tool}-{version}"), |tool| {
            tool.folder("bin", |bin| (1..=18).try_for_each(|number| bin.file(format!("tool-{number:02}"), 6 * MIB)))?;
            tool.folder("lib", |lib| (1..=20).try_for_each(|number| lib.file(format!("libtool-{number:02}.so"), 22 * MIB)))
        })?;
    }
    place.symbolic_link("python", "python-3.14")?;
    place.by(BOB).folder("modulefiles", |files| (1..=8).try_for_each(|number| files.file(format!("stack-{number}"), 2_048)))
}

pub(super) fn thesis(place: &Place<'_>) -> FsResult<()> {
    // A server that was switched off two years ago has hidden it, and nobody knows of it any more.
    let id = MoveId { engine: EngineId::from_bits(0x2024), number: 3 };
    place.on(day(2024, 11, 4)).folder(&format!(".tidelock-{id}.0.retired"), |old| {
        (1..=9).try_for_each(|number| old.file(format!("simulation-{number:02}.h5"), 4 * GIB))
    })?;
    place.on(day(2026, 5, 4)).file("thesis.tex", 418_902)?;
    place.on(day(2026, 5, 4)).folder("chapter-3", |chapter| {
        (1..=16).try_for_each(|number| chapter.file(format!("simulation-{number:02}.h5"), 256 * GIB))?;
        chapter.folder("figures", |figures| {
            (1..=30).try_for_each(|number| figures.holding(&format!("plot-{number:02}.pdf"), include_bytes!("contents/plot.pdf")))
        })
    })
}

pub(super) fn scratch_of_alice(place: &Place<'_>) -> FsResult<()> {
    place.folder("staging-run-17", |run| {
        (1..=8).try_for_each(|part| run.file(format!("part-{part:02}.bin"), 2 * GIB))?;
        run.file("manifest.json", 3_391)
    })
}
