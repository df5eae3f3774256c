(module
  (type (;0;) (func (param i32 i32) (result i32)))
  (import "env" "memory" (memory (;0;) 2048 2048 shared))
  (func (;0;) (export "0") (type 0) (param i32 i32) (result i32)
    (local i32 i32 i64 i64 i32 i64 i32 i32 i64 i64 i64 i64 i64)
    (local.set 2
      (i32.load16_u offset=4
        (local.get 1)))
    (local.set 3
      (i32.add
        (i32.load16_u offset=2
          (local.get 1))
        (i32.const 1)))
    (local.set 5
      (i64.load hart.pc
        (local.get 0)))
    (local.set 6
      (i32.load hart.budget
        (local.get 0)))
    (local.set 7
      (i64.sub
        (local.get 5)
        (i64.extend_i32_s
          (i32.load offset=12
            (local.get 1)))))
    (local.set 8
      (i32.load hart.dataTlb
        (local.get 0)))
    (local.set 9
      (i32.load hart.fetchTlb
        (local.get 0)))
    (local.set 10
      (i64.load hart.dataGeneration
        (local.get 0)))
    (local.set 11
      (i64.load hart.x5
        (local.get 0)))
    (local.set 12
      (i64.load hart.x10
        (local.get 0)))
    (local.set 13
      (i64.load hart.x11
        (local.get 0)))
    (local.set 14
      (i64.load hart.x12
        (local.get 0)))
    (block  ;; label = @1
      (block  ;; label = @2
        (loop  ;; label = @3
          (block  ;; label = @4
            (block  ;; label = @5
              (block  ;; label = @6
                (block  ;; label = @7
                  (br_table 0 (;@7;) 1 (;@6;) 2 (;@5;)
                    (local.get 3))))
              (if  ;; label = @6
                (i32.lt_s
                  (local.get 6)
                  (i32.const 3))
                (then
                  (local.set 4
                    (i64.const 0))
                  (br 4 (;@2;))))
              (local.set 6
                (i32.sub
                  (local.get 6)
                  (i32.const 1)))
              (local.set 11
                (i64.add
                  (local.get 11)
                  (i64.const 4)))
              (br 1 (;@4;)))
            (if  ;; label = @5
              (i32.lt_s
                (local.get 6)
                (i32.const 5))
              (then
                (local.set 4
                  (i64.const 3072))
                (br 3 (;@2;))))
            (local.set 6
              (i32.sub
                (local.get 6)
                (i32.const 3)))
            (local.set 14
              (i64.add
                (local.get 14)
                (local.get 13)))
            (local.set 11
              (i64.add
                (local.get 11)
                (i64.const -1)))
            (if  ;; label = @5
              (i64.ne
                (local.get 11)
                (i64.const 0))
              (then
                (br 1 (;@4;))))
            (local.set 6
              (i32.sub
                (local.get 6)
                (i32.const 1)))
            (local.set 4
              (i64.const 6149))
            (br 2 (;@2;)))
          (local.set 6
            (i32.sub
              (local.get 6)
              (i32.const 2)))
          (local.set 12
            (i64.add
              (local.get 12)
              (i64.const 3)))
          (local.set 4
            (i64.const 2053))
          (br 1 (;@2;))))
      (local.set 5
        (i64.add
          (local.get 7)
          (i64.shl
            (i64.shr_s
              (local.get 4)
              (i64.const 9))
            (i64.const 1))))
      (local.set 6
        (i32.add
          (local.get 6)
          (i32.and
            (i32.shr_u
              (i32.wrap_i64
                (local.get 4))
              (i32.const 2))
            (i32.const 127)))))
    (i64.store hart.x5
      (local.get 0)
      (local.get 11))
    (i64.store hart.x10
      (local.get 0)
      (local.get 12))
    (i64.store hart.x11
      (local.get 0)
      (local.get 13))
    (i64.store hart.x12
      (local.get 0)
      (local.get 14))
    (i64.store hart.pc
      (local.get 0)
      (local.get 5))
    (i32.store hart.budget
      (local.get 0)
      (local.get 6))
    (return
      (i32.and
        (i32.wrap_i64
          (local.get 4))
        (i32.const 3)))
    (unreachable)))
