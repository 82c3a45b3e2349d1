;; The element-wise kernels of the CPU backend in 128-bit SIMD, four float32 at a time. What each does is said, and defined
;; in TypeScript, in ../arithmetic.ts, ../selection.ts, ../counts.ts and ../random-drop.ts: same operations in the same order,
;; none fused (128-bit SIMD has no multiply-add), so every rounding is that of `Math.fround`.
;;
;; Pointers are bytes into the imported memory, multiples of 16; `bytes` is what is worked on, a multiple of 16 except where
;; a kernel counts: what pads a vector to whole blocks is computed with and never looked at.
(module
  (import "backend" "memory" (memory 1))

  ;; out = 0. An array's own way is several times slower in memory that threads share.
  (func (export "clear") (param $out i32) (param $bytes i32)
    (memory.fill (local.get $out) (i32.const 0) (local.get $bytes)))

  ;; out = weight * (tuned - base)
  (func (export "subtract")
    (param $out i32) (param $base i32) (param $tuned i32) (param $bytes i32) (param $weight f32)
    (local $i i32) (local $weights v128)
    (local.set $weights (f32x4.splat (local.get $weight)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $bytes)))
        (v128.store (i32.add (local.get $out) (local.get $i))
          (f32x4.mul (local.get $weights)
            (f32x4.sub
              (v128.load (i32.add (local.get $tuned) (local.get $i)))
              (v128.load (i32.add (local.get $base) (local.get $i))))))
        (local.set $i (i32.add (local.get $i) (i32.const 16)))
        (br $next))))

  ;; sum += weight * (tuned - base)
  (func (export "accumulate")
    (param $sum i32) (param $base i32) (param $tuned i32) (param $bytes i32) (param $weight f32)
    (local $i i32) (local $weights v128)
    (local.set $weights (f32x4.splat (local.get $weight)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $bytes)))
        (v128.store (i32.add (local.get $sum) (local.get $i))
          (f32x4.add
            (v128.load (i32.add (local.get $sum) (local.get $i)))
            (f32x4.mul (local.get $weights)
              (f32x4.sub
                (v128.load (i32.add (local.get $tuned) (local.get $i)))
                (v128.load (i32.add (local.get $base) (local.get $i)))))))
        (local.set $i (i32.add (local.get $i) (i32.const 16)))
        (br $next))))

  ;; out = base + factor * sum
  (func (export "scaleAndAdd")
    (param $out i32) (param $base i32) (param $sum i32) (param $bytes i32) (param $factor f32)
    (local $i i32) (local $factors v128)
    (local.set $factors (f32x4.splat (local.get $factor)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $bytes)))
        (v128.store (i32.add (local.get $out) (local.get $i))
          (f32x4.add
            (v128.load (i32.add (local.get $base) (local.get $i)))
            (f32x4.mul (local.get $factors)
              (v128.load (i32.add (local.get $sum) (local.get $i))))))
        (local.set $i (i32.add (local.get $i) (i32.const 16)))
        (br $next))))

  ;; out = weight * values
  (func (export "scale")
    (param $out i32) (param $values i32) (param $bytes i32) (param $weight f32)
    (local $i i32) (local $weights v128)
    (local.set $weights (f32x4.splat (local.get $weight)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $bytes)))
        (v128.store (i32.add (local.get $out) (local.get $i))
          (f32x4.mul (local.get $weights)
            (v128.load (i32.add (local.get $values) (local.get $i)))))
        (local.set $i (i32.add (local.get $i) (i32.const 16)))
        (br $next))))

  ;; sum += weight * values
  (func (export "addScaled")
    (param $sum i32) (param $values i32) (param $bytes i32) (param $weight f32)
    (local $i i32) (local $weights v128)
    (local.set $weights (f32x4.splat (local.get $weight)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $bytes)))
        (v128.store (i32.add (local.get $sum) (local.get $i))
          (f32x4.add
            (v128.load (i32.add (local.get $sum) (local.get $i)))
            (f32x4.mul (local.get $weights)
              (v128.load (i32.add (local.get $values) (local.get $i))))))
        (local.set $i (i32.add (local.get $i) (i32.const 16)))
        (br $next))))

  ;; values /= divisor
  (func (export "divide") (param $values i32) (param $bytes i32) (param $divisor f32)
    (local $i i32) (local $divisors v128)
    (local.set $divisors (f32x4.splat (local.get $divisor)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $bytes)))
        (v128.store (i32.add (local.get $values) (local.get $i))
          (f32x4.div
            (v128.load (i32.add (local.get $values) (local.get $i)))
            (local.get $divisors)))
        (local.set $i (i32.add (local.get $i) (i32.const 16)))
        (br $next))))

  ;; values /= max(divisors, 1)
  (func (export "divideEach") (param $values i32) (param $divisors i32) (param $bytes i32)
    (local $i i32)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $bytes)))
        (v128.store (i32.add (local.get $values) (local.get $i))
          (f32x4.div
            (v128.load (i32.add (local.get $values) (local.get $i)))
            (f32x4.max
              (f32x4.splat (f32.const 1))
              (v128.load (i32.add (local.get $divisors) (local.get $i))))))
        (local.set $i (i32.add (local.get $i) (i32.const 16)))
        (br $next))))

  ;; selected = |candidate| >= |selected| ? candidate : selected
  (func (export "takeLarger") (param $selected i32) (param $candidate i32) (param $bytes i32)
    (local $i i32) (local $before v128) (local $value v128)
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $bytes)))
        (local.set $before (v128.load (i32.add (local.get $selected) (local.get $i))))
        (local.set $value (v128.load (i32.add (local.get $candidate) (local.get $i))))
        (v128.store (i32.add (local.get $selected) (local.get $i))
          (v128.bitselect (local.get $value) (local.get $before)
            (f32x4.ge (f32x4.abs (local.get $value)) (f32x4.abs (local.get $before)))))
        (local.set $i (i32.add (local.get $i) (i32.const 16)))
        (br $next))))

  ;; values = |values| < threshold ? 0 : values
  (func (export "trim") (param $values i32) (param $bytes i32) (param $threshold f32)
    (local $i i32) (local $thresholds v128) (local $value v128)
    (local.set $thresholds (f32x4.splat (local.get $threshold)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $bytes)))
        (local.set $value (v128.load (i32.add (local.get $values) (local.get $i))))
        (v128.store (i32.add (local.get $values) (local.get $i))
          (v128.andnot (local.get $value)
            (f32x4.lt (f32x4.abs (local.get $value)) (local.get $thresholds))))
        (local.set $i (i32.add (local.get $i) (i32.const 16)))
        (br $next))))

  ;; Lanes whose value has the sign of its total, or the tie's (all ones where that is positive) where the total has none.
  (func $agreeing (param $total v128) (param $value v128) (param $tiePositive v128) (result v128)
    (v128.bitselect
      (f32x4.gt (local.get $value) (v128.const i32x4 0 0 0 0))
      (f32x4.lt (local.get $value) (v128.const i32x4 0 0 0 0))
      (v128.or
        (f32x4.gt (local.get $total) (v128.const i32x4 0 0 0 0))
        (v128.andnot (local.get $tiePositive)
          (f32x4.lt (local.get $total) (v128.const i32x4 0 0 0 0))))))

  ;; merged += values, where they agree
  (func (export "addAgreeing")
    (param $merged i32) (param $total i32) (param $values i32) (param $bytes i32) (param $tiePositive i32)
    (local $i i32) (local $tie v128) (local $before v128) (local $value v128)
    (local.set $tie (i32x4.splat (local.get $tiePositive)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $bytes)))
        (local.set $before (v128.load (i32.add (local.get $merged) (local.get $i))))
        (local.set $value (v128.load (i32.add (local.get $values) (local.get $i))))
        (v128.store (i32.add (local.get $merged) (local.get $i))
          (v128.bitselect
            (f32x4.add (local.get $before) (local.get $value))
            (local.get $before)
            (call $agreeing
              (v128.load (i32.add (local.get $total) (local.get $i)))
              (local.get $value)
              (local.get $tie))))
        (local.set $i (i32.add (local.get $i) (i32.const 16)))
        (br $next))))

  ;; merged += 1, where values agree
  (func (export "countAgreeing")
    (param $merged i32) (param $total i32) (param $values i32) (param $bytes i32) (param $tiePositive i32)
    (local $i i32) (local $tie v128) (local $before v128)
    (local.set $tie (i32x4.splat (local.get $tiePositive)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $bytes)))
        (local.set $before (v128.load (i32.add (local.get $merged) (local.get $i))))
        (v128.store (i32.add (local.get $merged) (local.get $i))
          (v128.bitselect
            (f32x4.add (local.get $before) (f32x4.splat (f32.const 1)))
            (local.get $before)
            (call $agreeing
              (v128.load (i32.add (local.get $total) (local.get $i)))
              (v128.load (i32.add (local.get $values) (local.get $i)))
              (local.get $tie))))
        (local.set $i (i32.add (local.get $i) (i32.const 16)))
        (br $next))))

  ;; merged = max(merged, |values|), where they agree
  (func (export "largestAgreeing")
    (param $merged i32) (param $total i32) (param $values i32) (param $bytes i32) (param $tiePositive i32)
    (local $i i32) (local $tie v128) (local $before v128) (local $value v128)
    (local.set $tie (i32x4.splat (local.get $tiePositive)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $bytes)))
        (local.set $before (v128.load (i32.add (local.get $merged) (local.get $i))))
        (local.set $value (v128.load (i32.add (local.get $values) (local.get $i))))
        (v128.store (i32.add (local.get $merged) (local.get $i))
          (v128.bitselect
            (f32x4.max (local.get $before) (f32x4.abs (local.get $value)))
            (local.get $before)
            (call $agreeing
              (v128.load (i32.add (local.get $total) (local.get $i)))
              (local.get $value)
              (local.get $tie))))
        (local.set $i (i32.add (local.get $i) (i32.const 16)))
        (br $next))))

  ;; values *= sign of total, or tie where it has none
  (func (export "applySign") (param $values i32) (param $total i32) (param $bytes i32) (param $tie f32)
    (local $i i32) (local $ties v128) (local $sum v128)
    (local.set $ties (f32x4.splat (local.get $tie)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $i) (local.get $bytes)))
        (local.set $sum (v128.load (i32.add (local.get $total) (local.get $i))))
        (v128.store (i32.add (local.get $values) (local.get $i))
          (f32x4.mul
            (v128.load (i32.add (local.get $values) (local.get $i)))
            (v128.bitselect
              (f32x4.splat (f32.const 1))
              (v128.bitselect
                (f32x4.splat (f32.const -1))
                (local.get $ties)
                (f32x4.lt (local.get $sum) (v128.const i32x4 0 0 0 0)))
              (f32x4.gt (local.get $sum) (v128.const i32x4 0 0 0 0)))))
        (local.set $i (i32.add (local.get $i) (i32.const 16)))
        (br $next))))

  ;; Drops elements by Philox4x32-10, four blocks of four at a time; $block is the number of the first. Each of x0 to x3 holds
  ;; one word of four blocks, until they are turned into the four words of one block each.
  (func (export "dropRandomly")
    (param $values i32) (param $bytes i32) (param $block i32)
    (param $firstKey0 i32) (param $firstKey1 i32) (param $stream0 i32) (param $stream1 i32) (param $stream2 i32)
    (param $limit i32)
    (local $end i32) (local $round i32) (local $key0 i32) (local $key1 i32) (local $limits v128) (local $blocks v128)
    (local $x0 v128) (local $x1 v128) (local $x2 v128) (local $x3 v128)
    (local $low0 v128) (local $high0 v128) (local $low2 v128) (local $high2 v128)
    (local.set $end (i32.add (local.get $values) (local.get $bytes)))
    (local.set $limits (i32x4.splat (local.get $limit)))
    (local.set $blocks (i32x4.add (i32x4.splat (local.get $block)) (v128.const i32x4 0 1 2 3)))
    (block $done
      (br_if $done (i32.ge_u (local.get $values) (local.get $end)))
      (loop $next
        (local.set $x0 (local.get $blocks))
        (local.set $x1 (i32x4.splat (local.get $stream0)))
        (local.set $x2 (i32x4.splat (local.get $stream1)))
        (local.set $x3 (i32x4.splat (local.get $stream2)))
        (local.set $key0 (local.get $firstKey0))
        (local.set $key1 (local.get $firstKey1))
        (local.set $round (i32.const 10))
        (loop $rounds
          ;; Products of two words each, 64 bits wide.
          (local.set $low0 (i64x2.extmul_low_i32x4_u (local.get $x0) (i32x4.splat (i32.const 0xd2511f53))))
          (local.set $high0 (i64x2.extmul_high_i32x4_u (local.get $x0) (i32x4.splat (i32.const 0xd2511f53))))
          (local.set $low2 (i64x2.extmul_low_i32x4_u (local.get $x2) (i32x4.splat (i32.const 0xcd9e8d57))))
          (local.set $high2 (i64x2.extmul_high_i32x4_u (local.get $x2) (i32x4.splat (i32.const 0xcd9e8d57))))
          (local.set $x0
            (v128.xor
              (v128.xor
                (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (local.get $low2) (local.get $high2))
                (local.get $x1))
              (i32x4.splat (local.get $key0))))
          (local.set $x1
            (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $low2) (local.get $high2)))
          (local.set $x2
            (v128.xor
              (v128.xor
                (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (local.get $low0) (local.get $high0))
                (local.get $x3))
              (i32x4.splat (local.get $key1))))
          (local.set $x3
            (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $low0) (local.get $high0)))
          (local.set $key0 (i32.add (local.get $key0) (i32.const 0x9e3779b9)))
          (local.set $key1 (i32.add (local.get $key1) (i32.const 0xbb67ae85)))
          (br_if $rounds (local.tee $round (i32.sub (local.get $round) (i32.const 1)))))
        ;; Words 0 and 1 of blocks 0 and 1, of blocks 2 and 3; words 2 and 3 likewise.
        (local.set $low0 (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $x0) (local.get $x1)))
        (local.set $high0 (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $x0) (local.get $x1)))
        (local.set $low2 (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $x2) (local.get $x3)))
        (local.set $high2 (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $x2) (local.get $x3)))
        (call $zeroWhereLess (local.get $values) (local.get $limits)
          (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $low0) (local.get $low2)))
        (br_if $done (i32.ge_u (local.tee $values (i32.add (local.get $values) (i32.const 16))) (local.get $end)))
        (call $zeroWhereLess (local.get $values) (local.get $limits)
          (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $low0) (local.get $low2)))
        (br_if $done (i32.ge_u (local.tee $values (i32.add (local.get $values) (i32.const 16))) (local.get $end)))
        (call $zeroWhereLess (local.get $values) (local.get $limits)
          (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $high0) (local.get $high2)))
        (br_if $done (i32.ge_u (local.tee $values (i32.add (local.get $values) (i32.const 16))) (local.get $end)))
        (call $zeroWhereLess (local.get $values) (local.get $limits)
          (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $high0) (local.get $high2)))
        (local.set $blocks (i32x4.add (local.get $blocks) (i32x4.splat (i32.const 4))))
        (br_if $next (i32.lt_u (local.tee $values (i32.add (local.get $values) (i32.const 16))) (local.get $end))))))

  ;; Of both, 24 bits are compared.
  (func $zeroWhereLess (param $at i32) (param $limits v128) (param $words v128)
    (v128.store (local.get $at)
      (v128.andnot (v128.load (local.get $at))
        (i32x4.lt_u (i32x4.shr_u (local.get $words) (i32.const 8)) (local.get $limits)))))

  (func $increment (param $counts i32) (param $bin i32)
    (local $at i32)
    (local.set $at (i32.add (local.get $counts) (i32.shl (local.get $bin) (i32.const 2))))
    (i32.store (local.get $at) (i32.add (i32.load (local.get $at)) (i32.const 1))))

  ;; Counts magnitudes by their upper 16 bits; $bytes is any multiple of 4.
  (func (export "countUpper") (param $counts i32) (param $values i32) (param $bytes i32)
    (local $end i32) (local $at i32)
    (local.set $end (i32.add (local.get $values) (local.get $bytes)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $values) (local.get $end)))
        ;; Two bits of the shift are those by which a bin is four bytes; the call of $increment would take as long again.
        (local.set $at
          (i32.add (local.get $counts)
            (i32.and (i32.shr_u (i32.load (local.get $values)) (i32.const 13)) (i32.const 0x3fffc))))
        (i32.store (local.get $at) (i32.add (i32.load (local.get $at)) (i32.const 1)))
        (local.set $values (i32.add (local.get $values) (i32.const 4)))
        (br $next))))

  (func $countLowerOf (param $counts i32) (param $at i32) (param $high i32)
    (local $magnitude i32)
    (local.set $magnitude (i32.and (i32.load (local.get $at)) (i32.const 0x7fffffff)))
    (if (i32.eq (i32.shr_u (local.get $magnitude) (i32.const 15)) (local.get $high))
      (then (call $increment (local.get $counts) (i32.and (local.get $magnitude) (i32.const 0x7fff))))))

  ;; Counts by their lower 15 bits the magnitudes whose upper are $high; $bytes is any multiple of 4.
  (func (export "countLower") (param $counts i32) (param $values i32) (param $bytes i32) (param $high i32)
    (local $end i32) (local $highs v128)
    (local.set $end (i32.add (local.get $values) (local.get $bytes)))
    (local.set $highs (i32x4.splat (local.get $high)))
    (block $done
      (loop $next
        (br_if $done (i32.gt_u (i32.add (local.get $values) (i32.const 16)) (local.get $end)))
        ;; Few are: most blocks have none.
        (if (v128.any_true
              (i32x4.eq (local.get $highs)
                (i32x4.shr_u
                  (v128.and (v128.load (local.get $values)) (i32x4.splat (i32.const 0x7fffffff)))
                  (i32.const 15))))
          (then
            (call $countLowerOf (local.get $counts) (local.get $values) (local.get $high))
            (call $countLowerOf (local.get $counts) (i32.add (local.get $values) (i32.const 4)) (local.get $high))
            (call $countLowerOf (local.get $counts) (i32.add (local.get $values) (i32.const 8)) (local.get $high))
            (call $countLowerOf (local.get $counts) (i32.add (local.get $values) (i32.const 12)) (local.get $high))))
        (local.set $values (i32.add (local.get $values) (i32.const 16)))
        (br $next)))
    (block $rest
      (loop $last
        (br_if $rest (i32.ge_u (local.get $values) (local.get $end)))
        (call $countLowerOf (local.get $counts) (local.get $values) (local.get $high))
        (local.set $values (i32.add (local.get $values) (i32.const 4)))
        (br $last))))

  (func $addTo (param $at i32) (param $lanes v128)
    (i32.store (local.get $at)
      (i32.add (i32.load (local.get $at))
        (i32.add
          (i32.add (i32x4.extract_lane 0 (local.get $lanes)) (i32x4.extract_lane 1 (local.get $lanes)))
          (i32.add (i32x4.extract_lane 2 (local.get $lanes)) (i32x4.extract_lane 3 (local.get $lanes)))))))

  ;; Counts negative values into the first bin and positive ones into the second; $bytes is any multiple of 4.
  (func (export "countSigns") (param $counts i32) (param $values i32) (param $bytes i32)
    (local $end i32) (local $value v128) (local $negative v128) (local $positive v128)
    (local.set $end (i32.add (local.get $values) (local.get $bytes)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $values) (local.get $end)))
        (if (i32.le_u (i32.add (local.get $values) (i32.const 16)) (local.get $end))
          (then
            (local.set $value (v128.load (local.get $values)))
            (local.set $values (i32.add (local.get $values) (i32.const 16))))
          (else
            (local.set $value (v128.load32_zero (local.get $values)))
            (local.set $values (i32.add (local.get $values) (i32.const 4)))))
        ;; A lane that compares true is -1.
        (local.set $negative (i32x4.sub (local.get $negative) (f32x4.lt (local.get $value) (v128.const i32x4 0 0 0 0))))
        (local.set $positive (i32x4.sub (local.get $positive) (f32x4.gt (local.get $value) (v128.const i32x4 0 0 0 0))))
        (br $next)))
    (call $addTo (local.get $counts) (local.get $negative))
    (call $addTo (i32.add (local.get $counts) (i32.const 4)) (local.get $positive))))
