(module
  (type (;0;) (func (param i32 i32) (result i32)))
  (import "env" "memory" (memory (;0;) 2048 2048 shared))
  (func (;0;) (export "0") (type 0) (param i32 i32) (result i32)
    (local i32 i32 i64 i64 i32 i64 i32 i32 i64 i32 i32 i32 i32 i64 i64 f64 i64 f64 f64 f64 f64 i64 i32 f64 f64 f64 f64 i64 i64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f32)
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
      (f64.load hart.f10
        (local.get 0)))
    (local.set 18
      (i64.load hart.x8
        (local.get 0)))
    (local.set 19
      (f64.load hart.f11
        (local.get 0)))
    (local.set 20
      (f64.load hart.f12
        (local.get 0)))
    (local.set 21
      (f64.load hart.f13
        (local.get 0)))
    (local.set 22
      (f64.load hart.f14
        (local.get 0)))
    (block  ;; label = @1
      (block  ;; label = @2
        (loop  ;; label = @3
          (block  ;; label = @4
            (block  ;; label = @5
              (block  ;; label = @6
                (block  ;; label = @7
                  (block  ;; label = @8
                    (br_table 0 (;@8;) 1 (;@7;) 2 (;@6;) 3 (;@5;)
                      (local.get 3))))
                (if  ;; label = @7
                  (i32.lt_s
                    (local.get 6)
                    (i32.const 3))
                  (then
                    (local.set 4
                      (i64.const 0))
                    (br 5 (;@2;))))
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
                (br 4 (;@2;)))
              (if  ;; label = @6
                (i32.lt_s
                  (local.get 6)
                  (i32.const 3))
                (then
                  (local.set 4
                    (i64.const 3072))
                  (br 4 (;@2;))))
              (local.set 6
                (i32.sub
                  (local.get 6)
                  (i32.const 3)))
              (local.set 16
                (i64.const 4))
              (local.set 23
                (local.get 16))
              (if  ;; label = @6
                (i32.eqz
                  (local.get 14))
                (then
                  (if  ;; label = @7
                    (i32.eqz
                      (local.get 13))
                    (then
                      (local.set 4
                        (i64.const 4105))
                      (br 5 (;@2;))))
                  (if  ;; label = @7
                    (i32.eqz
                      (i32.and
                        (i64.le_u
                          (i64.add
                            (local.get 23)
                            (i64.const 9007199254740992))
                          (i64.const 18014398509481984))
                        (i32.const 1)))
                    (then
                      (local.set 4
                        (i64.const 4105))
                      (br 5 (;@2;))))))
              (local.set 17
                (f64.convert_i64_s
                  (local.get 23)))
              (if  ;; label = @6
                (i32.eqz
                  (local.get 11))
                (then
                  (local.set 4
                    (i64.const 5125))
                  (br 4 (;@2;))))
              (local.set 23
                (local.get 18))
              (local.set 24
                (i32.add
                  (i32.add
                    (i32.and
                      (i32.shr_u
                        (i32.wrap_i64
                          (i64.xor
                            (local.get 23)
                            (i64.shr_u
                              (local.get 23)
                              (i64.const 12))))
                        (i32.const 8))
                      (i32.const 65520))
                    (local.get 8))
                  (i32.const 65536)))
              (if  ;; label = @6
                (i32.eqz
                  (i64.eq
                    (i64.load
                      (local.get 24))
                    (i64.or
                      (i64.and
                        (local.get 23)
                        (i64.const -4089))
                      (local.get 10))))
                (then
                  (if  ;; label = @7
                    (i32.eqz
                      (i64.eq
                        (i64.load
                          (local.get 24))
                        (i64.or
                          (i64.and
                            (i64.add
                              (local.get 23)
                              (i64.const 7))
                            (i64.const -4096))
                          (local.get 10))))
                    (then
                      (local.set 4
                        (i64.const 5125))
                      (br 5 (;@2;))))))
              (i64.store
                (i32.add
                  (i32.wrap_i64
                    (local.get 23))
                  (i32.load offset=8
                    (local.get 24)))
                (i64.reinterpret_f64
                  (local.get 17)))
              (br 1 (;@4;)))
            (br 0 (;@4;)))
          (loop  ;; label = @4
            (if  ;; label = @5
              (i32.lt_s
                (local.get 6)
                (i32.const 7))
              (then
                (local.set 4
                  (i64.const 6144))
                (br 3 (;@2;))))
            (local.set 6
              (i32.sub
                (local.get 6)
                (i32.const 6)))
            (local.set 25
              (local.get 19))
            (local.set 26
              (local.get 17))
            (local.set 27
              (f64.add
                (local.get 25)
                (local.get 26)))
            (if  ;; label = @5
              (i32.eqz
                (local.get 14))
              (then
                (if  ;; label = @6
                  (i32.eqz
                    (local.get 13))
                  (then
                    (local.set 4
                      (i64.const 6169))
                    (br 4 (;@2;))))
                (local.set 28
                  (f64.sub
                    (local.get 27)
                    (local.get 25)))
                (if  ;; label = @6
                  (i32.eqz
                    (i64.eqz
                      (i64.reinterpret_f64
                        (f64.abs
                          (f64.add
                            (f64.sub
                              (local.get 25)
                              (f64.sub
                                (local.get 27)
                                (local.get 28)))
                            (f64.sub
                              (local.get 26)
                              (local.get 28)))))))
                  (then
                    (local.set 4
                      (i64.const 6169))
                    (br 4 (;@2;))))))
            (local.set 23
              (i64.reinterpret_f64
                (local.get 27)))
            (if  ;; label = @5
              (i32.eqz
                (i64.lt_u
                  (i64.and
                    (local.get 23)
                    (i64.const 9223372036854775807))
                  (i64.const 9218868437227405312)))
              (then
                (local.set 4
                  (i64.const 6169))
                (br 3 (;@2;))))
            (local.set 19
              (f64.reinterpret_i64
                (local.get 23)))
            (local.set 28
              (local.get 17))
            (local.set 27
              (local.get 19))
            (local.set 26
              (f64.div
                (local.get 28)
                (local.get 27)))
            (if  ;; label = @5
              (i32.eqz
                (local.get 14))
              (then
                (if  ;; label = @6
                  (i32.eqz
                    (local.get 13))
                  (then
                    (local.set 4
                      (i64.const 7189))
                    (br 4 (;@2;))))
                (if  ;; label = @6
                  (i32.eqz
                    (i32.and
                      (i32.and
                        (i32.and
                          (f64.eq
                            (local.get 26)
                            (f64.trunc
                              (local.get 26)))
                          (f64.eq
                            (local.get 27)
                            (f64.trunc
                              (local.get 27))))
                        (i64.lt_u
                          (i64.reinterpret_f64
                            (f64.abs
                              (local.get 28)))
                          (i64.const 4845873199050653696)))
                      (f64.eq
                        (f64.mul
                          (local.get 26)
                          (local.get 27))
                        (local.get 28))))
                  (then
                    (local.set 4
                      (i64.const 7189))
                    (br 4 (;@2;))))))
            (local.set 23
              (i64.reinterpret_f64
                (local.get 26)))
            (local.set 29
              (i64.reinterpret_f64
                (local.get 28)))
            (local.set 30
              (i64.reinterpret_f64
                (local.get 27)))
            (if  ;; label = @5
              (i32.eqz
                (i32.or
                  (i64.lt_u
                    (i64.sub
                      (i64.and
                        (local.get 23)
                        (i64.const 9223372036854775807))
                      (i64.const 4503599627370497))
                    (i64.const 9214364837600034815))
                  (i32.and
                    (i64.eqz
                      (i64.and
                        (local.get 23)
                        (i64.const 9223372036854775807)))
                    (i32.or
                      (i64.eqz
                        (i64.and
                          (local.get 29)
                          (i64.const 9223372036854775807)))
                      (i64.eq
                        (i64.and
                          (local.get 30)
                          (i64.const 9223372036854775807))
                        (i64.const 9218868437227405312))))))
              (then
                (local.set 4
                  (i64.const 7189))
                (br 3 (;@2;))))
            (local.set 20
              (f64.reinterpret_i64
                (local.get 23)))
            (if  ;; label = @5
              (i32.eqz
                (local.get 13))
              (then
                (local.set 4
                  (i64.const 8209))
                (br 3 (;@2;))))
            (local.set 26
              (local.get 20))
            (local.set 27
              (local.get 19))
            (local.set 28
              (local.get 17))
            (local.set 25
              (f64.mul
                (local.get 26)
                (local.get 27)))
            (local.set 31
              (f64.mul
                (local.get 26)
                (f64.reinterpret_i64
                  (i64.const 4728779608772575232))))
            (local.set 32
              (f64.sub
                (local.get 31)
                (f64.sub
                  (local.get 31)
                  (local.get 26))))
            (local.set 33
              (f64.sub
                (local.get 26)
                (local.get 32)))
            (local.set 34
              (f64.mul
                (local.get 27)
                (f64.reinterpret_i64
                  (i64.const 4728779608772575232))))
            (local.set 35
              (f64.sub
                (local.get 34)
                (f64.sub
                  (local.get 34)
                  (local.get 27))))
            (local.set 36
              (f64.sub
                (local.get 27)
                (local.get 35)))
            (local.set 37
              (f64.add
                (f64.add
                  (f64.add
                    (f64.sub
                      (f64.mul
                        (local.get 32)
                        (local.get 35))
                      (local.get 25))
                    (f64.mul
                      (local.get 32)
                      (local.get 36)))
                  (f64.mul
                    (local.get 33)
                    (local.get 35)))
                (f64.mul
                  (local.get 33)
                  (local.get 36))))
            (local.set 38
              (f64.add
                (local.get 25)
                (local.get 28)))
            (local.set 39
              (f64.sub
                (local.get 38)
                (local.get 25)))
            (local.set 40
              (f64.add
                (f64.sub
                  (local.get 25)
                  (f64.sub
                    (local.get 38)
                    (local.get 39)))
                (f64.sub
                  (local.get 28)
                  (local.get 39))))
            (local.set 41
              (local.get 38))
            (if  ;; label = @5
              (i64.eqz
                (i64.shl
                  (i64.or
                    (i64.reinterpret_f64
                      (local.get 37))
                    (i64.reinterpret_f64
                      (local.get 40)))
                  (i64.const 1)))
              (then
                (if  ;; label = @6
                  (i32.eqz
                    (i32.or
                      (i32.or
                        (i64.lt_u
                          (i64.sub
                            (i64.shl
                              (i64.reinterpret_f64
                                (local.get 25))
                              (i64.const 1))
                            (i64.const 486388759756013568))
                          (i64.const -495395959010754560))
                        (i64.eqz
                          (i64.reinterpret_f64
                            (f64.abs
                              (local.get 26)))))
                      (i64.eqz
                        (i64.reinterpret_f64
                          (f64.abs
                            (local.get 27))))))
                  (then
                    (local.set 4
                      (i64.const 8209))
                    (br 4 (;@2;)))))
              (else
                (if  ;; label = @6
                  (i32.eqz
                    (local.get 14))
                  (then
                    (local.set 4
                      (i64.const 8209))
                    (br 4 (;@2;))))
                (local.set 42
                  (f64.add
                    (local.get 40)
                    (local.get 37)))
                (local.set 41
                  (f64.add
                    (local.get 38)
                    (local.get 42)))
                (if  ;; label = @6
                  (i32.eqz
                    (i64.lt_u
                      (i64.sub
                        (i64.shl
                          (i64.reinterpret_f64
                            (local.get 41))
                          (i64.const 1))
                        (i64.const 1107885508333142016))
                      (i64.const -1125899906842624000)))
                  (then
                    (local.set 4
                      (i64.const 8209))
                    (br 4 (;@2;))))
                (local.set 43
                  (f64.sub
                    (local.get 41)
                    (local.get 38)))
                (local.set 30
                  (i64.shl
                    (i64.reinterpret_f64
                      (f64.add
                        (f64.sub
                          (local.get 38)
                          (f64.sub
                            (local.get 41)
                            (local.get 43)))
                        (f64.sub
                          (local.get 42)
                          (local.get 43))))
                    (i64.const 1)))
                (if  ;; label = @6
                  (i32.eqz
                    (i32.eqz
                      (i32.and
                        (i64.eqz
                          (i64.shl
                            (local.get 30)
                            (i64.const 11)))
                        (i64.ne
                          (local.get 30)
                          (i64.const 0)))))
                  (then
                    (local.set 4
                      (i64.const 8209))
                    (br 4 (;@2;))))))
            (local.set 21
              (local.get 41))
            (local.set 43
              (local.get 21))
            (local.set 44
              (f32.demote_f64
                (local.get 43)))
            (if  ;; label = @5
              (i32.eqz
                (local.get 14))
              (then
                (if  ;; label = @6
                  (i32.eqz
                    (local.get 13))
                  (then
                    (local.set 4
                      (i64.const 9229))
                    (br 4 (;@2;))))
                (if  ;; label = @6
                  (i32.eqz
                    (f64.eq
                      (f64.promote_f32
                        (local.get 44))
                      (local.get 43)))
                  (then
                    (local.set 4
                      (i64.const 9229))
                    (br 4 (;@2;))))))
            (local.set 30
              (i64.extend_i32_u
                (i32.reinterpret_f32
                  (local.get 44))))
            (local.set 29
              (i64.reinterpret_f64
                (local.get 43)))
            (if  ;; label = @5
              (i32.eqz
                (i32.or
                  (i64.lt_u
                    (i64.sub
                      (i64.and
                        (local.get 30)
                        (i64.const 2147483647))
                      (i64.const 8388609))
                    (i64.const 2130706431))
                  (i64.eqz
                    (i64.shl
                      (local.get 29)
                      (i64.const 1)))))
              (then
                (local.set 4
                  (i64.const 9229))
                (br 3 (;@2;))))
            (local.set 22
              (f64.reinterpret_i64
                (i64.or
                  (local.get 30)
                  (i64.const -4294967296))))
            (local.set 16
              (i64.add
                (local.get 16)
                (i64.const -1)))
            (if  ;; label = @5
              (i64.ne
                (local.get 16)
                (i64.const 0))
              (then
                (br 1 (;@4;))))
            (local.set 6
              (i32.sub
                (local.get 6)
                (i32.const 1)))
            (local.set 4
              (i64.const 12293))
            (br 2 (;@2;)))))
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
    (f64.store hart.f10
      (local.get 0)
      (local.get 17))
    (f64.store hart.f11
      (local.get 0)
      (local.get 19))
    (f64.store hart.f12
      (local.get 0)
      (local.get 20))
    (f64.store hart.f13
      (local.get 0)
      (local.get 21))
    (f64.store hart.f14
      (local.get 0)
      (local.get 22))
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
