(module
  (type (;0;) (func (param i32 i32) (result i32)))
  (import "env" "memory" (memory (;0;) 2048 2048 shared))
  (func (;0;) (export "0") (type 0) (param i32 i32) (result i32)
    (local i32 i32 i64 i64 i32 i64 i32 i32 i64 i32 i32 i32 i32 i64 i64 i64 i64 i64 f64 i64 i64 i64)
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
    (local.set 15
      (i64.and
        (i64.load hart.mstatus
          (local.get 0))
        (i64.const 24576)))
    (local.set 11
      (i64.ne
        (local.get 15)
        (i64.const 0)))
    (local.set 12
      (i64.eq
        (local.get 15)
        (i64.const 24576)))
    (local.set 13
      (i32.and
        (local.get 12)
        (i32.eqz
          (i32.load hart.frm
            (local.get 0)))))
    (local.set 14
      (i32.and
        (local.get 13)
        (i32.ne
          (i32.and
            (i32.load hart.fflags
              (local.get 0))
            (i32.const 1))
          (i32.const 0))))
    (local.set 16
      (i64.load hart.x5
        (local.get 0)))
    (local.set 17
      (i64.load hart.x1
        (local.get 0)))
    (local.set 18
      (i64.load hart.x10
        (local.get 0)))
    (local.set 19
      (i64.load hart.x11
        (local.get 0)))
    (local.set 20
      (f64.load hart.f10
        (local.get 0)))
    (block  ;; label = @1
      (block  ;; label = @2
        (loop  ;; label = @3
          (block  ;; label = @4
            (block  ;; label = @5
              (block  ;; label = @6
                (br_table 0 (;@6;) 1 (;@5;) 2 (;@4;)
                  (local.get 3))))
            (if  ;; label = @5
              (i32.lt_s
                (local.get 6)
                (i32.const 3))
              (then
                (local.set 4
                  (i64.const 0))
                (br 3 (;@2;))))
            (local.set 6
              (i32.sub
                (local.get 6)
                (i32.const 3)))
            (local.set 16
              (i64.const 8192))
            (local.set 16
              (i64.extend_i32_s
                (i32.wrap_i64
                  (local.get 16))))
            (local.set 4
              (i64.const 2053))
            (br 2 (;@2;)))
          (if  ;; label = @4
            (i32.lt_s
              (local.get 6)
              (i32.const 5))
            (then
              (local.set 4
                (i64.const 3072))
              (br 2 (;@2;))))
          (local.set 6
            (i32.sub
              (local.get 6)
              (i32.const 5)))
          (if  ;; label = @4
            (i32.eqz
              (i32.load hart.inlinesPrivileged
                (local.get 0)))
            (then
              (local.set 4
                (i64.const 3093))
              (br 2 (;@2;))))
          (if  ;; label = @4
            (i32.eqz
              (i64.ne
                (i64.and
                  (i64.load hart.mstatus
                    (local.get 0))
                  (i64.const 24576))
                (i64.const 0)))
            (then
              (local.set 4
                (i64.const 3093))
              (br 2 (;@2;))))
          (local.set 21
            (i64.extend_i32_u
              (i32.load hart.fflags
                (local.get 0))))
          (local.set 22
            (i64.or
              (local.get 21)
              (i64.const 1)))
          (i32.store hart.fflags
            (local.get 0)
            (i32.and
              (i32.wrap_i64
                (local.get 22))
              (i32.const 31)))
          (i64.store hart.mstatus
            (local.get 0)
            (i64.or
              (i64.load hart.mstatus
                (local.get 0))
              (i64.const 24576)))
          (local.set 23
            (i64.and
              (i64.load hart.mstatus
                (local.get 0))
              (i64.const 24576)))
          (local.set 11
            (i64.ne
              (local.get 23)
              (i64.const 0)))
          (local.set 12
            (i64.eq
              (local.get 23)
              (i64.const 24576)))
          (local.set 13
            (i32.and
              (local.get 12)
              (i32.eqz
                (i32.load hart.frm
                  (local.get 0)))))
          (local.set 14
            (i32.and
              (local.get 13)
              (i32.ne
                (i32.and
                  (i32.load hart.fflags
                    (local.get 0))
                  (i32.const 1))
                (i32.const 0))))
          (drop
            (local.get 21))
          (if  ;; label = @4
            (i32.eqz
              (i32.load hart.inlinesPrivileged
                (local.get 0)))
            (then
              (local.set 4
                (i64.const 4113))
              (br 2 (;@2;))))
          (if  ;; label = @4
            (i32.eqz
              (i64.ne
                (i64.and
                  (i64.load hart.mstatus
                    (local.get 0))
                  (i64.const 24576))
                (i64.const 0)))
            (then
              (local.set 4
                (i64.const 4113))
              (br 2 (;@2;))))
          (local.set 23
            (i64.extend_i32_u
              (i32.load hart.frm
                (local.get 0))))
          (local.set 22
            (i64.const 0))
          (i32.store hart.frm
            (local.get 0)
            (i32.and
              (i32.wrap_i64
                (local.get 22))
              (i32.const 7)))
          (i64.store hart.mstatus
            (local.get 0)
            (i64.or
              (i64.load hart.mstatus
                (local.get 0))
              (i64.const 24576)))
          (local.set 21
            (i64.and
              (i64.load hart.mstatus
                (local.get 0))
              (i64.const 24576)))
          (local.set 11
            (i64.ne
              (local.get 21)
              (i64.const 0)))
          (local.set 12
            (i64.eq
              (local.get 21)
              (i64.const 24576)))
          (local.set 13
            (i32.and
              (local.get 12)
              (i32.eqz
                (i32.load hart.frm
                  (local.get 0)))))
          (local.set 14
            (i32.and
              (local.get 13)
              (i32.ne
                (i32.and
                  (i32.load hart.fflags
                    (local.get 0))
                  (i32.const 1))
                (i32.const 0))))
          (local.set 18
            (local.get 23))
          (if  ;; label = @4
            (i32.eqz
              (i32.load hart.inlinesPrivileged
                (local.get 0)))
            (then
              (local.set 4
                (i64.const 5133))
              (br 2 (;@2;))))
          (if  ;; label = @4
            (i32.eqz
              (i64.ne
                (i64.and
                  (i64.load hart.mstatus
                    (local.get 0))
                  (i64.const 24576))
                (i64.const 0)))
            (then
              (local.set 4
                (i64.const 5133))
              (br 2 (;@2;))))
          (local.set 21
            (i64.extend_i32_u
              (i32.or
                (i32.shl
                  (i32.load hart.frm
                    (local.get 0))
                  (i32.const 5))
                (i32.load hart.fflags
                  (local.get 0)))))
          (local.set 19
            (local.get 21))
          (local.set 21
            (local.get 19))
          (if  ;; label = @4
            (i32.eqz
              (local.get 14))
            (then
              (if  ;; label = @5
                (i32.eqz
                  (local.get 13))
                (then
                  (local.set 4
                    (i64.const 6153))
                  (br 3 (;@2;))))
              (if  ;; label = @5
                (i32.eqz
                  (i32.and
                    (i64.le_u
                      (i64.add
                        (local.get 21)
                        (i64.const 9007199254740992))
                      (i64.const 18014398509481984))
                    (i32.const 1)))
                (then
                  (local.set 4
                    (i64.const 6153))
                  (br 3 (;@2;))))))
          (local.set 20
            (f64.convert_i64_s
              (local.get 21)))
          (local.set 4
            (i64.const 7173))
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
      (local.get 16))
    (i64.store hart.x10
      (local.get 0)
      (local.get 18))
    (i64.store hart.x11
      (local.get 0)
      (local.get 19))
    (f64.store hart.f10
      (local.get 0)
      (local.get 20))
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
