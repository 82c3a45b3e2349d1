;; SHA-256 (FIPS 180-4) of four streams at once, a stream in each lane of 128-bit SIMD: processors compute four such rounds in about
;; the time of one. Only whole blocks are known here; padding, and streams that are alone, are hash-wasm's
;; (../hash-blob.ts).
;;
;; Memory: the constants at 0, a message schedule of 64 vectors at 256, and where the caller puts them the state (8 vectors, a to h) and
;; four tiles of input, one behind the other.
(module
  (memory (export "memory") 5)

  ;; First 32 bits of the fractional parts of the cube roots of the first 64 primes.
  (data (i32.const 0)
    "\98\2f\8a\42\91\44\37\71\cf\fb\c0\b5\a5\db\b5\e9\5b\c2\56\39\f1\11\f1\59\a4\82\3f\92\d5\5e\1c\ab"
    "\98\aa\07\d8\01\5b\83\12\be\85\31\24\c3\7d\0c\55\74\5d\be\72\fe\b1\de\80\a7\06\dc\9b\74\f1\9b\c1"
    "\c1\69\9b\e4\86\47\be\ef\c6\9d\c1\0f\cc\a1\0c\24\6f\2c\e9\2d\aa\84\74\4a\dc\a9\b0\5c\da\88\f9\76"
    "\52\51\3e\98\6d\c6\31\a8\c8\27\03\b0\c7\7f\59\bf\f3\0b\e0\c6\47\91\a7\d5\51\63\ca\06\67\29\29\14"
    "\85\0a\b7\27\38\21\1b\2e\fc\6d\2c\4d\13\0d\38\53\54\73\0a\65\bb\0a\6a\76\2e\c9\c2\81\85\2c\72\92"
    "\a1\e8\bf\a2\4b\66\1a\a8\70\8b\4b\c2\a3\51\6c\c7\19\e8\92\d1\24\06\99\d6\85\35\0e\f4\70\a0\6a\10"
    "\16\c1\a4\19\08\6c\37\1e\4c\77\48\27\b5\bc\b0\34\b3\0c\1c\39\4a\aa\d8\4e\4f\ca\9c\5b\f3\6f\2e\68"
    "\ee\82\8f\74\6f\63\a5\78\14\78\c8\84\08\02\c7\8c\fa\ff\be\90\eb\6c\50\a4\f7\a3\f9\be\f2\78\71\c6"
  )

  ;; Four words of every stream at a time, from big-endian bytes to vectors that hold the same word of all four.
  (func $schedule (param $input i32) (param $stride i32)
    (local $at i32) (local $p i32) (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $x v128) (local $y v128)
    (local.set $at (i32.const 256))
    (loop $quarter
      (local.set $a (v128.load (local.get $input)))
      (local.set $a (i8x16.shuffle 3 2 1 0 7 6 5 4 11 10 9 8 15 14 13 12 (local.get $a) (local.get $a)))
      (local.set $b (v128.load (i32.add (local.get $input) (i32.mul (local.get $stride) (i32.const 1)))))
      (local.set $b (i8x16.shuffle 3 2 1 0 7 6 5 4 11 10 9 8 15 14 13 12 (local.get $b) (local.get $b)))
      (local.set $c (v128.load (i32.add (local.get $input) (i32.mul (local.get $stride) (i32.const 2)))))
      (local.set $c (i8x16.shuffle 3 2 1 0 7 6 5 4 11 10 9 8 15 14 13 12 (local.get $c) (local.get $c)))
      (local.set $d (v128.load (i32.add (local.get $input) (i32.mul (local.get $stride) (i32.const 3)))))
      (local.set $d (i8x16.shuffle 3 2 1 0 7 6 5 4 11 10 9 8 15 14 13 12 (local.get $d) (local.get $d)))
      (local.set $x (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $a) (local.get $b)))
      (local.set $y (i8x16.shuffle 0 1 2 3 16 17 18 19 4 5 6 7 20 21 22 23 (local.get $c) (local.get $d)))
      (v128.store offset=0 (local.get $at) (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $x) (local.get $y)))
      (v128.store offset=16 (local.get $at) (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $x) (local.get $y)))
      (local.set $x (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $a) (local.get $b)))
      (local.set $y (i8x16.shuffle 8 9 10 11 24 25 26 27 12 13 14 15 28 29 30 31 (local.get $c) (local.get $d)))
      (v128.store offset=32 (local.get $at) (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $x) (local.get $y)))
      (v128.store offset=48 (local.get $at) (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $x) (local.get $y)))
      (local.set $input (i32.add (local.get $input) (i32.const 16)))
      (local.set $at (i32.add (local.get $at) (i32.const 64)))
      (br_if $quarter (i32.lt_u (local.get $at) (i32.const 512))))
    ;; $p is where the word sixteen before the next one lies.
    (local.set $p (i32.const 256))
    (loop $word
      (local.set $x (v128.load offset=16 (local.get $p)))
      (local.set $y (v128.load offset=224 (local.get $p)))
      (v128.store offset=256 (local.get $p)
        (i32x4.add
          (i32x4.add (v128.load (local.get $p)) (v128.load offset=144 (local.get $p)))
          (i32x4.add
            (v128.xor (v128.xor (v128.or (i32x4.shr_u (local.get $x) (i32.const 7)) (i32x4.shl (local.get $x) (i32.const 25))) (v128.or (i32x4.shr_u (local.get $x) (i32.const 18)) (i32x4.shl (local.get $x) (i32.const 14)))) (i32x4.shr_u (local.get $x) (i32.const 3)))
            (v128.xor (v128.xor (v128.or (i32x4.shr_u (local.get $y) (i32.const 17)) (i32x4.shl (local.get $y) (i32.const 15))) (v128.or (i32x4.shr_u (local.get $y) (i32.const 19)) (i32x4.shl (local.get $y) (i32.const 13)))) (i32x4.shr_u (local.get $y) (i32.const 10))))))
      (local.set $p (i32.add (local.get $p) (i32.const 16)))
      (br_if $word (i32.lt_u (local.get $p) (i32.const 1024)))))

  ;; Takes $blocks blocks of 64 bytes of each stream into the state; the tiles of the four lie $stride bytes apart.
  (func (export "compress") (param $state i32) (param $input i32) (param $stride i32) (param $blocks i32)
    (local $k i32) (local $w i32) (local $t v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local $e v128) (local $f v128) (local $g v128) (local $h v128)
    (block $done
      (loop $block
        (br_if $done (i32.eqz (local.get $blocks)))
        (call $schedule (local.get $input) (local.get $stride))
        (local.set $a (v128.load offset=0 (local.get $state)))
        (local.set $b (v128.load offset=16 (local.get $state)))
        (local.set $c (v128.load offset=32 (local.get $state)))
        (local.set $d (v128.load offset=48 (local.get $state)))
        (local.set $e (v128.load offset=64 (local.get $state)))
        (local.set $f (v128.load offset=80 (local.get $state)))
        (local.set $g (v128.load offset=96 (local.get $state)))
        (local.set $h (v128.load offset=112 (local.get $state)))
        (local.set $k (i32.const 0))
        (local.set $w (i32.const 256))
        ;; Eight rounds at a time: after so many every value is back in its place.
        (loop $rounds
          (local.set $t (i32x4.add (i32x4.add (i32x4.add (local.get $h) (v128.load32_splat offset=0 (local.get $k))) (v128.load offset=0 (local.get $w)))
            (i32x4.add (v128.xor (v128.xor (v128.or (i32x4.shr_u (local.get $e) (i32.const 6)) (i32x4.shl (local.get $e) (i32.const 26))) (v128.or (i32x4.shr_u (local.get $e) (i32.const 11)) (i32x4.shl (local.get $e) (i32.const 21)))) (v128.or (i32x4.shr_u (local.get $e) (i32.const 25)) (i32x4.shl (local.get $e) (i32.const 7))))
              (v128.bitselect (local.get $f) (local.get $g) (local.get $e)))))
          (local.set $d (i32x4.add (local.get $d) (local.get $t)))
          (local.set $h (i32x4.add (local.get $t)
            (i32x4.add (v128.xor (v128.xor (v128.or (i32x4.shr_u (local.get $a) (i32.const 2)) (i32x4.shl (local.get $a) (i32.const 30))) (v128.or (i32x4.shr_u (local.get $a) (i32.const 13)) (i32x4.shl (local.get $a) (i32.const 19)))) (v128.or (i32x4.shr_u (local.get $a) (i32.const 22)) (i32x4.shl (local.get $a) (i32.const 10))))
              (v128.bitselect (local.get $c) (local.get $b) (v128.xor (local.get $a) (local.get $b))))))
          (local.set $t (i32x4.add (i32x4.add (i32x4.add (local.get $g) (v128.load32_splat offset=4 (local.get $k))) (v128.load offset=16 (local.get $w)))
            (i32x4.add (v128.xor (v128.xor (v128.or (i32x4.shr_u (local.get $d) (i32.const 6)) (i32x4.shl (local.get $d) (i32.const 26))) (v128.or (i32x4.shr_u (local.get $d) (i32.const 11)) (i32x4.shl (local.get $d) (i32.const 21)))) (v128.or (i32x4.shr_u (local.get $d) (i32.const 25)) (i32x4.shl (local.get $d) (i32.const 7))))
              (v128.bitselect (local.get $e) (local.get $f) (local.get $d)))))
          (local.set $c (i32x4.add (local.get $c) (local.get $t)))
          (local.set $g (i32x4.add (local.get $t)
            (i32x4.add (v128.xor (v128.xor (v128.or (i32x4.shr_u (local.get $h) (i32.const 2)) (i32x4.shl (local.get $h) (i32.const 30))) (v128.or (i32x4.shr_u (local.get $h) (i32.const 13)) (i32x4.shl (local.get $h) (i32.const 19)))) (v128.or (i32x4.shr_u (local.get $h) (i32.const 22)) (i32x4.shl (local.get $h) (i32.const 10))))
              (v128.bitselect (local.get $b) (local.get $a) (v128.xor (local.get $h) (local.get $a))))))
          (local.set $t (i32x4.add (i32x4.add (i32x4.add (local.get $f) (v128.load32_splat offset=8 (local.get $k))) (v128.load offset=32 (local.get $w)))
            (i32x4.add (v128.xor (v128.xor (v128.or (i32x4.shr_u (local.get $c) (i32.const 6)) (i32x4.shl (local.get $c) (i32.const 26))) (v128.or (i32x4.shr_u (local.get $c) (i32.const 11)) (i32x4.shl (local.get $c) (i32.const 21)))) (v128.or (i32x4.shr_u (local.get $c) (i32.const 25)) (i32x4.shl (local.get $c) (i32.const 7))))
              (v128.bitselect (local.get $d) (local.get $e) (local.get $c)))))
          (local.set $b (i32x4.add (local.get $b) (local.get $t)))
          (local.set $f (i32x4.add (local.get $t)
            (i32x4.add (v128.xor (v128.xor (v128.or (i32x4.shr_u (local.get $g) (i32.const 2)) (i32x4.shl (local.get $g) (i32.const 30))) (v128.or (i32x4.shr_u (local.get $g) (i32.const 13)) (i32x4.shl (local.get $g) (i32.const 19)))) (v128.or (i32x4.shr_u (local.get $g) (i32.const 22)) (i32x4.shl (local.get $g) (i32.const 10))))
              (v128.bitselect (local.get $a) (local.get $h) (v128.xor (local.get $g) (local.get $h))))))
          (local.set $t (i32x4.add (i32x4.add (i32x4.add (local.get $e) (v128.load32_splat offset=12 (local.get $k))) (v128.load offset=48 (local.get $w)))
            (i32x4.add (v128.xor (v128.xor (v128.or (i32x4.shr_u (local.get $b) (i32.const 6)) (i32x4.shl (local.get $b) (i32.const 26))) (v128.or (i32x4.shr_u (local.get $b) (i32.const 11)) (i32x4.shl (local.get $b) (i32.const 21)))) (v128.or (i32x4.shr_u (local.get $b) (i32.const 25)) (i32x4.shl (local.get $b) (i32.const 7))))
              (v128.bitselect (local.get $c) (local.get $d) (local.get $b)))))
          (local.set $a (i32x4.add (local.get $a) (local.get $t)))
          (local.set $e (i32x4.add (local.get $t)
            (i32x4.add (v128.xor (v128.xor (v128.or (i32x4.shr_u (local.get $f) (i32.const 2)) (i32x4.shl (local.get $f) (i32.const 30))) (v128.or (i32x4.shr_u (local.get $f) (i32.const 13)) (i32x4.shl (local.get $f) (i32.const 19)))) (v128.or (i32x4.shr_u (local.get $f) (i32.const 22)) (i32x4.shl (local.get $f) (i32.const 10))))
              (v128.bitselect (local.get $h) (local.get $g) (v128.xor (local.get $f) (local.get $g))))))
          (local.set $t (i32x4.add (i32x4.add (i32x4.add (local.get $d) (v128.load32_splat offset=16 (local.get $k))) (v128.load offset=64 (local.get $w)))
            (i32x4.add (v128.xor (v128.xor (v128.or (i32x4.shr_u (local.get $a) (i32.const 6)) (i32x4.shl (local.get $a) (i32.const 26))) (v128.or (i32x4.shr_u (local.get $a) (i32.const 11)) (i32x4.shl (local.get $a) (i32.const 21)))) (v128.or (i32x4.shr_u (local.get $a) (i32.const 25)) (i32x4.shl (local.get $a) (i32.const 7))))
              (v128.bitselect (local.get $b) (local.get $c) (local.get $a)))))
          (local.set $h (i32x4.add (local.get $h) (local.get $t)))
          (local.set $d (i32x4.add (local.get $t)
            (i32x4.add (v128.xor (v128.xor (v128.or (i32x4.shr_u (local.get $e) (i32.const 2)) (i32x4.shl (local.get $e) (i32.const 30))) (v128.or (i32x4.shr_u (local.get $e) (i32.const 13)) (i32x4.shl (local.get $e) (i32.const 19)))) (v128.or (i32x4.shr_u (local.get $e) (i32.const 22)) (i32x4.shl (local.get $e) (i32.const 10))))
              (v128.bitselect (local.get $g) (local.get $f) (v128.xor (local.get $e) (local.get $f))))))
          (local.set $t (i32x4.add (i32x4.add (i32x4.add (local.get $c) (v128.load32_splat offset=20 (local.get $k))) (v128.load offset=80 (local.get $w)))
            (i32x4.add (v128.xor (v128.xor (v128.or (i32x4.shr_u (local.get $h) (i32.const 6)) (i32x4.shl (local.get $h) (i32.const 26))) (v128.or (i32x4.shr_u (local.get $h) (i32.const 11)) (i32x4.shl (local.get $h) (i32.const 21)))) (v128.or (i32x4.shr_u (local.get $h) (i32.const 25)) (i32x4.shl (local.get $h) (i32.const 7))))
              (v128.bitselect (local.get $a) (local.get $b) (local.get $h)))))
          (local.set $g (i32x4.add (local.get $g) (local.get $t)))
          (local.set $c (i32x4.add (local.get $t)
            (i32x4.add (v128.xor (v128.xor (v128.or (i32x4.shr_u (local.get $d) (i32.const 2)) (i32x4.shl (local.get $d) (i32.const 30))) (v128.or (i32x4.shr_u (local.get $d) (i32.const 13)) (i32x4.shl (local.get $d) (i32.const 19)))) (v128.or (i32x4.shr_u (local.get $d) (i32.const 22)) (i32x4.shl (local.get $d) (i32.const 10))))
              (v128.bitselect (local.get $f) (local.get $e) (v128.xor (local.get $d) (local.get $e))))))
          (local.set $t (i32x4.add (i32x4.add (i32x4.add (local.get $b) (v128.load32_splat offset=24 (local.get $k))) (v128.load offset=96 (local.get $w)))
            (i32x4.add (v128.xor (v128.xor (v128.or (i32x4.shr_u (local.get $g) (i32.const 6)) (i32x4.shl (local.get $g) (i32.const 26))) (v128.or (i32x4.shr_u (local.get $g) (i32.const 11)) (i32x4.shl (local.get $g) (i32.const 21)))) (v128.or (i32x4.shr_u (local.get $g) (i32.const 25)) (i32x4.shl (local.get $g) (i32.const 7))))
              (v128.bitselect (local.get $h) (local.get $a) (local.get $g)))))
          (local.set $f (i32x4.add (local.get $f) (local.get $t)))
          (local.set $b (i32x4.add (local.get $t)
            (i32x4.add (v128.xor (v128.xor (v128.or (i32x4.shr_u (local.get $c) (i32.const 2)) (i32x4.shl (local.get $c) (i32.const 30))) (v128.or (i32x4.shr_u (local.get $c) (i32.const 13)) (i32x4.shl (local.get $c) (i32.const 19)))) (v128.or (i32x4.shr_u (local.get $c) (i32.const 22)) (i32x4.shl (local.get $c) (i32.const 10))))
              (v128.bitselect (local.get $e) (local.get $d) (v128.xor (local.get $c) (local.get $d))))))
          (local.set $t (i32x4.add (i32x4.add (i32x4.add (local.get $a) (v128.load32_splat offset=28 (local.get $k))) (v128.load offset=112 (local.get $w)))
            (i32x4.add (v128.xor (v128.xor (v128.or (i32x4.shr_u (local.get $f) (i32.const 6)) (i32x4.shl (local.get $f) (i32.const 26))) (v128.or (i32x4.shr_u (local.get $f) (i32.const 11)) (i32x4.shl (local.get $f) (i32.const 21)))) (v128.or (i32x4.shr_u (local.get $f) (i32.const 25)) (i32x4.shl (local.get $f) (i32.const 7))))
              (v128.bitselect (local.get $g) (local.get $h) (local.get $f)))))
          (local.set $e (i32x4.add (local.get $e) (local.get $t)))
          (local.set $a (i32x4.add (local.get $t)
            (i32x4.add (v128.xor (v128.xor (v128.or (i32x4.shr_u (local.get $b) (i32.const 2)) (i32x4.shl (local.get $b) (i32.const 30))) (v128.or (i32x4.shr_u (local.get $b) (i32.const 13)) (i32x4.shl (local.get $b) (i32.const 19)))) (v128.or (i32x4.shr_u (local.get $b) (i32.const 22)) (i32x4.shl (local.get $b) (i32.const 10))))
              (v128.bitselect (local.get $d) (local.get $c) (v128.xor (local.get $b) (local.get $c))))))
          (local.set $k (i32.add (local.get $k) (i32.const 32)))
          (local.set $w (i32.add (local.get $w) (i32.const 128)))
          (br_if $rounds (i32.lt_u (local.get $k) (i32.const 256))))
        (v128.store offset=0 (local.get $state) (i32x4.add (local.get $a) (v128.load offset=0 (local.get $state))))
        (v128.store offset=16 (local.get $state) (i32x4.add (local.get $b) (v128.load offset=16 (local.get $state))))
        (v128.store offset=32 (local.get $state) (i32x4.add (local.get $c) (v128.load offset=32 (local.get $state))))
        (v128.store offset=48 (local.get $state) (i32x4.add (local.get $d) (v128.load offset=48 (local.get $state))))
        (v128.store offset=64 (local.get $state) (i32x4.add (local.get $e) (v128.load offset=64 (local.get $state))))
        (v128.store offset=80 (local.get $state) (i32x4.add (local.get $f) (v128.load offset=80 (local.get $state))))
        (v128.store offset=96 (local.get $state) (i32x4.add (local.get $g) (v128.load offset=96 (local.get $state))))
        (v128.store offset=112 (local.get $state) (i32x4.add (local.get $h) (v128.load offset=112 (local.get $state))))
        (local.set $input (i32.add (local.get $input) (i32.const 64)))
        (local.set $blocks (i32.sub (local.get $blocks) (i32.const 1)))
        (br $block)))))
