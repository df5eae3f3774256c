(module
  (type (;0;) (func (param i32 i32) (result i32)))
  (import "env" "memory" (memory (;0;) 2048 2048 shared))
  (func (;0;) (export "0") (type 0) (param i32 i32) (result i32)
    (local i32 i32 i64 i64 i32 i64 i32 i32 i64 i64 i64 i64 i64 i64 i64 i64 i32 i64 i64 i64 i64)
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
      (i64.load hart.x6
        (local.get 0)))
    (local.set 12
      (i64.load hart.x7
        (local.get 0)))
    (local.set 13
      (i64.load hart.x10
        (local.get 0)))
    (local.set 14
      (i64.load hart.x11
        (local.get 0)))
    (local.set 15
      (i64.load hart.x12
        (local.get 0)))
    (local.set 16
      (i64.load hart.x2
        (local.get 0)))
    (local.set 17
      (i64.load hart.x5
        (local.get 0)))
    (block  ;; label = @1
      (block  ;; label = @2
        (loop  ;; label = @3
          (block  ;; label = @4
            (block  ;; label = @5
              (block  ;; label = @6
                (block  ;; label = @7
                  (block  ;; label = @8
                    (block  ;; label = @9
                      (block  ;; label = @10
                        (br_table 0 (;@10;) 1 (;@9;) 2 (;@8;) 3 (;@7;) 4 (;@6;) 5 (;@5;)
                          (local.get 3))))
                    (if  ;; label = @9
                      (i32.lt_s
                        (local.get 6)
                        (i32.const 3))
                      (then
                        (local.set 4
                          (i64.const 0))
                        (br 7 (;@2;))))
                    (local.set 6
                      (i32.sub
                        (local.get 6)
                        (i32.const 3)))
                    (local.set 11
                      (local.get 7))
                    (local.set 12
                      (i64.add
                        (local.get 11)
                        (i64.const 44)))
                    (local.set 4
                      (i64.const 2053))
                    (br 6 (;@2;)))
                  (if  ;; label = @8
                    (i32.lt_s
                      (local.get 6)
                      (i32.const 3))
                    (then
                      (local.set 4
                        (i64.const 3072))
                      (br 6 (;@2;))))
                  (local.set 6
                    (i32.sub
                      (local.get 6)
                      (i32.const 3)))
                  (local.set 12
                    (i64.add
                      (local.get 11)
                      (i64.const 24)))
                  (if  ;; label = @8
                    (i32.eqz
                      (i32.ne
                        (i32.load hart.privilege
                          (local.get 0))
                        (i32.const 0)))
                    (then
                      (local.set 4
                        (i64.const 4105))
                      (br 6 (;@2;))))
                  (if  ;; label = @8
                    (i32.eqz
                      (i32.load hart.inlinesPrivileged
                        (local.get 0)))
                    (then
                      (local.set 4
                        (i64.const 4105))
                      (br 6 (;@2;))))
                  (local.set 18
                    (i32.add hart.x0
                      (local.get 0)
                      (i32.const 8)))
                  (local.set 19
                    (i64.load offset=848
                      (local.get 18)))
                  (i64.store offset=848
                    (local.get 18)
                    (i64.and
                      (local.get 12)
                      (i64.const -2)))
                  (drop
                    (local.get 19))
                  (if  ;; label = @8
                    (i32.eqz
                      (i32.and
                        (i32.eq
                          (i32.load hart.privilege
                            (local.get 0))
                          (i32.const 1))
                        (i32.load hart.inlinesPrivileged
                          (local.get 0))))
                    (then
                      (local.set 4
                        (i64.const 5125))
                      (br 6 (;@2;))))
                  (if  ;; label = @8
                    (i32.eqz
                      (i64.eqz
                        (i64.and
                          (i64.load hart.mstatus
                            (local.get 0))
                          (i64.const 4194304))))
                    (then
                      (local.set 4
                        (i64.const 5125))
                      (br 6 (;@2;))))
                  (i64.store offset=1568
                    (local.get 0)
                    (i64.add
                      (i64.load offset=1568
                        (local.get 0))
                      (i64.const 1)))
                  (local.set 19
                    (i64.load hart.mstatus
                      (local.get 0)))
                  (local.set 18
                    (i32.wrap_i64
                      (i64.shr_u
                        (i64.and
                          (local.get 19)
                          (i64.const 256))
                        (i64.const 8))))
                  (local.set 20
                    (i64.or
                      (i64.or
                        (i64.and
                          (local.get 19)
                          (i64.const -259))
                        (i64.shr_u
                          (i64.and
                            (local.get 19)
                            (i64.const 32))
                          (i64.const 4)))
                      (i64.const 32)))
                  (if  ;; label = @8
                    (i32.ne
                      (local.get 18)
                      (i32.const 3))
                    (then
                      (local.set 20
                        (i64.and
                          (local.get 20)
                          (i64.const -131073)))))
                  (i64.store hart.mstatus
                    (local.get 0)
                    (local.get 20))
                  (i32.store hart.privilege
                    (local.get 0)
                    (local.get 18))
                  (local.set 5
                    (i64.load hart.sepc
                      (local.get 0)))
                  (local.set 6
                    (local.get 6))
                  (local.set 4
                    (i64.const 2))
                  (br 6 (;@1;)))
                (if  ;; label = @7
                  (i32.lt_s
                    (local.get 6)
                    (i32.const 2))
                  (then
                    (local.set 4
                      (i64.const 6144))
                    (br 5 (;@2;))))
                (local.set 6
                  (i32.sub
                    (local.get 6)
                    (i32.const 2)))
                (local.set 13
                  (i64.add
                    (local.get 13)
                    (i64.const 1)))
                (if  ;; label = @7
                  (i32.eqz
                    (i32.and
                      (i32.eqz
                        (i32.load hart.privilege
                          (local.get 0)))
                      (i32.load hart.inlinesPrivileged
                        (local.get 0))))
                  (then
                    (local.set 4
                      (i64.const 7173))
                    (br 5 (;@2;))))
                (if  ;; label = @7
                  (i32.eqz
                    (i32.and
                      (i32.wrap_i64
                        (i64.shr_u
                          (i64.load hart.medeleg
                            (local.get 0))
                          (i64.const 8)))
                      (i32.const 1)))
                  (then
                    (local.set 4
                      (i64.const 7173))
                    (br 5 (;@2;))))
                (i64.store hart.exceptions
                  (local.get 0)
                  (i64.add
                    (i64.load hart.exceptions
                      (local.get 0))
                    (i64.const 1)))
                (i64.store offset=1648
                  (local.get 0)
                  (i64.add
                    (i64.load offset=1648
                      (local.get 0))
                    (i64.const 1)))
                (i64.store hart.reservedAddress
                  (local.get 0)
                  (i64.const -1))
                (i64.store hart.sepc
                  (local.get 0)
                  (i64.add
                    (local.get 7)
                    (i64.const 28)))
                (i64.store hart.scause
                  (local.get 0)
                  (i64.const 8))
                (i64.store hart.stval
                  (local.get 0)
                  (i64.const 0))
                (local.set 20
                  (i64.load hart.mstatus
                    (local.get 0)))
                (i64.store hart.mstatus
                  (local.get 0)
                  (i64.or
                    (i64.or
                      (i64.and
                        (local.get 20)
                        (i64.const -291))
                      (i64.shl
                        (i64.and
                          (local.get 20)
                          (i64.const 2))
                        (i64.const 4)))
                    (i64.shl
                      (i64.extend_i32_u
                        (i32.load hart.privilege
                          (local.get 0)))
                      (i64.const 8))))
                (i32.store hart.privilege
                  (local.get 0)
                  (i32.const 1))
                (local.set 19
                  (i64.load hart.stvec
                    (local.get 0)))
                (local.set 5
                  (i64.add
                    (i64.and
                      (local.get 19)
                      (i64.const -4))
                    (select
                      (i64.const 32)
                      (i64.const 0)
                      (i32.and
                        (i32.and
                          (i32.wrap_i64
                            (local.get 19))
                          (i32.const 1))
                        (i32.const 0)))))
                (local.set 6
                  (local.get 6))
                (local.set 4
                  (i64.const 2))
                (br 5 (;@1;)))
              (if  ;; label = @6
                (i32.lt_s
                  (local.get 6)
                  (i32.const 3))
                (then
                  (local.set 4
                    (i64.const 8192))
                  (br 4 (;@2;))))
              (local.set 6
                (i32.sub
                  (local.get 6)
                  (i32.const 2)))
              (local.set 13
                (i64.add
                  (local.get 13)
                  (i64.const 16)))
              (if  ;; label = @6
                (i64.eqz
                  (local.get 13))
                (then
                  (br 2 (;@4;))))
              (local.set 6
                (i32.sub
                  (local.get 6)
                  (i32.const 1)))
              (local.set 4
                (i64.const 10245))
              (br 3 (;@2;)))
            (br 0 (;@4;)))
          (if  ;; label = @4
            (i32.lt_s
              (local.get 6)
              (i32.const 9))
            (then
              (local.set 4
                (i64.const 11264))
              (br 2 (;@2;))))
          (local.set 6
            (i32.sub
              (local.get 6)
              (i32.const 9)))
          (if  ;; label = @4
            (i32.eqz
              (i32.ne
                (i32.load hart.privilege
                  (local.get 0))
                (i32.const 0)))
            (then
              (local.set 4
                (i64.const 11301))
              (br 2 (;@2;))))
          (if  ;; label = @4
            (i32.eqz
              (i32.load hart.inlinesPrivileged
                (local.get 0)))
            (then
              (local.set 4
                (i64.const 11301))
              (br 2 (;@2;))))
          (local.set 18 hart.x0
            (local.get 0))
          (local.set 19
            (i64.load offset=848
              (local.get 18)))
          (i64.store offset=848
            (local.get 18)
            (local.get 14))
          (local.set 14
            (local.get 19))
          (if  ;; label = @4
            (i32.eqz
              (i32.ne
                (i32.load hart.privilege
                  (local.get 0))
                (i32.const 0)))
            (then
              (local.set 4
                (i64.const 12321))
              (br 2 (;@2;))))
          (if  ;; label = @4
            (i32.eqz
              (i32.load hart.inlinesPrivileged
                (local.get 0)))
            (then
              (local.set 4
                (i64.const 12321))
              (br 2 (;@2;))))
          (local.set 18
            (i32.add hart.x0
              (local.get 0)
              (i32.const 8)))
          (local.set 19
            (i64.load offset=848
              (local.get 18)))
          (local.set 15
            (local.get 19))
          (local.set 15
            (i64.add
              (local.get 15)
              (i64.const 4)))
          (if  ;; label = @4
            (i32.eqz
              (i32.ne
                (i32.load hart.privilege
                  (local.get 0))
                (i32.const 0)))
            (then
              (local.set 4
                (i64.const 14361))
              (br 2 (;@2;))))
          (if  ;; label = @4
            (i32.eqz
              (i32.load hart.inlinesPrivileged
                (local.get 0)))
            (then
              (local.set 4
                (i64.const 14361))
              (br 2 (;@2;))))
          (local.set 18
            (i32.add hart.x0
              (local.get 0)
              (i32.const 8)))
          (local.set 19
            (i64.load offset=848
              (local.get 18)))
          (i64.store offset=848
            (local.get 18)
            (i64.and
              (local.get 15)
              (i64.const -2)))
          (drop
            (local.get 19))
          (if  ;; label = @4
            (i32.eqz
              (i32.ne
                (i32.load hart.privilege
                  (local.get 0))
                (i32.const 0)))
            (then
              (local.set 4
                (i64.const 15381))
              (br 2 (;@2;))))
          (if  ;; label = @4
            (i32.eqz
              (i32.load hart.inlinesPrivileged
                (local.get 0)))
            (then
              (local.set 4
                (i64.const 15381))
              (br 2 (;@2;))))
          (local.set 18
            (i32.add hart.x0
              (local.get 0)
              (i32.const 16)))
          (local.set 19
            (i64.load offset=848
              (local.get 18)))
          (local.set 15
            (local.get 19))
          (if  ;; label = @4
            (i32.eqz
              (i32.ne
                (i32.load hart.privilege
                  (local.get 0))
                (i32.const 0)))
            (then
              (local.set 4
                (i64.const 16401))
              (br 2 (;@2;))))
          (if  ;; label = @4
            (i32.eqz
              (i32.load hart.inlinesPrivileged
                (local.get 0)))
            (then
              (local.set 4
                (i64.const 16401))
              (br 2 (;@2;))))
          (local.set 18
            (i32.add hart.x0
              (local.get 0)
              (i32.const 24)))
          (local.set 19
            (i64.load offset=848
              (local.get 18)))
          (local.set 14
            (local.get 19))
          (if  ;; label = @4
            (i32.eqz
              (i32.ne
                (i32.load hart.privilege
                  (local.get 0))
                (i32.const 0)))
            (then
              (local.set 4
                (i64.const 17421))
              (br 2 (;@2;))))
          (if  ;; label = @4
            (i32.eqz
              (i32.load hart.inlinesPrivileged
                (local.get 0)))
            (then
              (local.set 4
                (i64.const 17421))
              (br 2 (;@2;))))
          (local.set 19
            (i64.and
              (i64.or
                (i64.or
                  (i64.load hart.mstatus
                    (local.get 0))
                  (i64.const 42949672960))
                (i64.shl
                  (i64.extend_i32_u
                    (i64.eq
                      (i64.and
                        (i64.load hart.mstatus
                          (local.get 0))
                        (i64.const 24576))
                      (i64.const 24576)))
                  (i64.const 63)))
              (i64.const -9223372028264029918)))
          (local.set 20
            (i64.load hart.mstatus
              (local.get 0)))
          (local.set 21
            (i64.or
              (i64.and
                (local.get 20)
                (i64.const -811299))
              (i64.and
                (i64.or
                  (local.get 20)
                  (i64.const 2))
                (i64.const 811298))))
          (local.set 22
            (i64.xor
              (local.get 20)
              (local.get 21)))
          (if  ;; label = @4
            (i32.eqz
              (i32.eqz
                (i32.and
                  (i64.ne
                    (i64.and
                      (local.get 21)
                      (i64.const 2))
                    (i64.const 0))
                  (i64.ne
                    (i64.and
                      (i64.load hart.mip
                        (local.get 0))
                      (i64.load hart.mie
                        (local.get 0)))
                    (i64.const 0)))))
            (then
              (local.set 4
                (i64.const 17421))
              (br 2 (;@2;))))
          (i64.store hart.mstatus
            (local.get 0)
            (local.get 21))
          (drop
            (local.get 19))
          (if  ;; label = @4
            (i32.eqz
              (i32.ne
                (i32.load hart.privilege
                  (local.get 0))
                (i32.const 0)))
            (then
              (local.set 4
                (i64.const 18441))
              (br 2 (;@2;))))
          (if  ;; label = @4
            (i32.eqz
              (i32.load hart.inlinesPrivileged
                (local.get 0)))
            (then
              (local.set 4
                (i64.const 18441))
              (br 2 (;@2;))))
          (local.set 22
            (i64.and
              (i64.or
                (i64.or
                  (i64.load hart.mstatus
                    (local.get 0))
                  (i64.const 42949672960))
                (i64.shl
                  (i64.extend_i32_u
                    (i64.eq
                      (i64.and
                        (i64.load hart.mstatus
                          (local.get 0))
                        (i64.const 24576))
                      (i64.const 24576)))
                  (i64.const 63)))
              (i64.const -9223372028264029918)))
          (local.set 21
            (i64.load hart.mstatus
              (local.get 0)))
          (local.set 20
            (i64.or
              (i64.and
                (local.get 21)
                (i64.const -811299))
              (i64.and
                (i64.and
                  (local.get 21)
                  (i64.const -3))
                (i64.const 811298))))
          (local.set 19
            (i64.xor
              (local.get 21)
              (local.get 20)))
          (i64.store hart.mstatus
            (local.get 0)
            (local.get 20))
          (local.set 17
            (local.get 22))
          (if  ;; label = @4
            (i32.eqz
              (i32.and
                (i32.eq
                  (i32.load hart.privilege
                    (local.get 0))
                  (i32.const 1))
                (i32.load hart.inlinesPrivileged
                  (local.get 0))))
            (then
              (local.set 4
                (i64.const 19461))
              (br 2 (;@2;))))
          (if  ;; label = @4
            (i32.eqz
              (i64.eqz
                (i64.and
                  (i64.load hart.mstatus
                    (local.get 0))
                  (i64.const 4194304))))
            (then
              (local.set 4
                (i64.const 19461))
              (br 2 (;@2;))))
          (i64.store offset=1568
            (local.get 0)
            (i64.add
              (i64.load offset=1568
                (local.get 0))
              (i64.const 1)))
          (local.set 19
            (i64.load hart.mstatus
              (local.get 0)))
          (local.set 18
            (i32.wrap_i64
              (i64.shr_u
                (i64.and
                  (local.get 19)
                  (i64.const 256))
                (i64.const 8))))
          (local.set 20
            (i64.or
              (i64.or
                (i64.and
                  (local.get 19)
                  (i64.const -259))
                (i64.shr_u
                  (i64.and
                    (local.get 19)
                    (i64.const 32))
                  (i64.const 4)))
              (i64.const 32)))
          (if  ;; label = @4
            (i32.ne
              (local.get 18)
              (i32.const 3))
            (then
              (local.set 20
                (i64.and
                  (local.get 20)
                  (i64.const -131073)))))
          (i64.store hart.mstatus
            (local.get 0)
            (local.get 20))
          (i32.store hart.privilege
            (local.get 0)
            (local.get 18))
          (local.set 5
            (i64.load hart.sepc
              (local.get 0)))
          (local.set 6
            (local.get 6))
          (local.set 4
            (i64.const 2))
          (br 2 (;@1;))))
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
    (i64.store hart.x6
      (local.get 0)
      (local.get 11))
    (i64.store hart.x7
      (local.get 0)
      (local.get 12))
    (i64.store hart.x10
      (local.get 0)
      (local.get 13))
    (i64.store hart.x11
      (local.get 0)
      (local.get 14))
    (i64.store hart.x12
      (local.get 0)
      (local.get 15))
    (i64.store hart.x5
      (local.get 0)
      (local.get 17))
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
