"""Trains the built-in demo: `python train_demo.py --seed 0 --out runs/seed0`. See demo/ for the parts."""

from demo.run import main

if __name__ == "__main__":
    main()
