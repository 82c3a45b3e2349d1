"""What 1,000 scaling factors of 20 experts and tasks (256 pictures each) with ViT-L/14 cost: arithmetic for docs/scale.md, nothing is measured.

    python scale/sums.py
"""

FACTORS, PICTURES, TOWERS = 1000, 20 * 256, 21
B32_RATE = 20.8
"""Pictures a second of a ViT-B/32, engine=native, 2 cores, batches of 16: measured."""

FLOPS_RATIO = 80.7 / 4.4
"""Of a ViT-L/14 to a ViT-B/32, by multiplications."""

TOWER_GB, DISK_GB = 303.2e6 * 4 / 1e9, 1.0

score, read = PICTURES / (B32_RATE / FLOPS_RATIO), TOWERS * TOWER_GB / DISK_GB
print(f"A factor: {score:.0f} s of scoring at {B32_RATE / FLOPS_RATIO:.2f} pictures/s. Its checkpoints: {TOWERS * TOWER_GB:.1f} GB, {read:.0f} s.")
for machines in (1, 8, 64):
    scoring, each, once = FACTORS * score / machines / 3600, FACTORS * read / 3600, machines * read / 3600
    print(f"| {machines} | {scoring:.0f} | {each:.1f} | {once:.2f} | {(scoring + once) / 24:.1f} |")
