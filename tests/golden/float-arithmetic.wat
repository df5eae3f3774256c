(module
  (type (;0;) (func (param i32 i32) (result i32)))
  (import "env" "memory" (memory (;0;) 2048 2048 shared))
  (func (;0;) (export "0") (type 0) (param i32 i32) (result i32)
    (local i32 i32 i64 i64 i32 i64 i32 i32 i64 i32 i32 i32 i32 i64 i64 f64 f64 f64 f64 f64 i64 i64 f32 f32 f32 f32 i64 f64 f64 f64 f32 i32 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64 f64)
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
      (f64.load hart.f11
        (local.get 0)))
    (local.set 19
      (f64.load hart.f12
        (local.get 0)))
    (local.set 20
      (f64.load hart.f13
        (local.get 0)))
    (local.set 21
      (f64.load hart.f14
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
              (i32.const 14))
            (then
              (local.set 4
                (i64.const 3072))
              (br 2 (;@2;))))
          (local.set 6
            (i32.sub
              (local.get 6)
              (i32.const 14)))
          (local.set 16
            (i64.const 9))
          (local.set 22
            (local.get 16))
          (if  ;; label = @4
            (i32.eqz
              (local.get 14))
            (then
              (if  ;; label = @5
                (i32.eqz
                  (local.get 13))
                (then
                  (local.set 4
                    (i64.const 4149))
                  (br 3 (;@2;))))
              (if  ;; label = @5
                (i32.eqz
                  (i32.and
                    (i64.le_u
                      (i64.add
                        (local.get 22)
                        (i64.const 16777216))
                      (i64.const 33554432))
                    (i32.const 1)))
                (then
                  (local.set 4
                    (i64.const 4149))
                  (br 3 (;@2;))))))
          (local.set 23
            (i64.extend_i32_u
              (i32.reinterpret_f32
                (f32.convert_i64_s
                  (local.get 22)))))
          (local.set 17
            (f64.reinterpret_i64
              (i64.or
                (local.get 23)
                (i64.const -4294967296))))
          (if  ;; label = @4
            (i32.eqz
              (i64.eq
                (i64.shr_s
                  (i64.reinterpret_f64
                    (local.get 18))
                  (i64.const 32))
                (i64.const -1)))
            (then
              (local.set 4
                (i64.const 5169))
              (br 2 (;@2;))))
          (local.set 24
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 18)))))
          (if  ;; label = @4
            (i32.eqz
              (i64.eq
                (i64.shr_s
                  (i64.reinterpret_f64
                    (local.get 17))
                  (i64.const 32))
                (i64.const -1)))
            (then
              (local.set 4
                (i64.const 5169))
              (br 2 (;@2;))))
          (local.set 25
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 17)))))
          (local.set 26
            (f32.sub
              (local.get 24)
              (local.get 25)))
          (if  ;; label = @4
            (i32.eqz
              (local.get 14))
            (then
              (if  ;; label = @5
                (i32.eqz
                  (local.get 13))
                (then
                  (local.set 4
                    (i64.const 5169))
                  (br 3 (;@2;))))
              (local.set 27
                (f32.sub
                  (local.get 26)
                  (local.get 24)))
              (if  ;; label = @5
                (i32.eqz
                  (i32.eqz
                    (i32.reinterpret_f32
                      (f32.abs
                        (f32.add
                          (f32.sub
                            (local.get 24)
                            (f32.sub
                              (local.get 26)
                              (local.get 27)))
                          (f32.sub
                            (f32.neg
                              (local.get 25))
                            (local.get 27)))))))
                (then
                  (local.set 4
                    (i64.const 5169))
                  (br 3 (;@2;))))))
          (local.set 23
            (i64.extend_i32_u
              (i32.reinterpret_f32
                (local.get 26))))
          (if  ;; label = @4
            (i32.eqz
              (i64.lt_u
                (i64.and
                  (local.get 23)
                  (i64.const 2147483647))
                (i64.const 2139095040)))
            (then
              (local.set 4
                (i64.const 5169))
              (br 2 (;@2;))))
          (local.set 18
            (f64.reinterpret_i64
              (i64.or
                (local.get 23)
                (i64.const -4294967296))))
          (if  ;; label = @4
            (i32.eqz
              (i64.eq
                (i64.shr_s
                  (i64.reinterpret_f64
                    (local.get 18))
                  (i64.const 32))
                (i64.const -1)))
            (then
              (local.set 4
                (i64.const 6189))
              (br 2 (;@2;))))
          (local.set 27
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 18)))))
          (if  ;; label = @4
            (i32.eqz
              (i64.eq
                (i64.shr_s
                  (i64.reinterpret_f64
                    (local.get 17))
                  (i64.const 32))
                (i64.const -1)))
            (then
              (local.set 4
                (i64.const 6189))
              (br 2 (;@2;))))
          (local.set 26
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 17)))))
          (local.set 25
            (f32.mul
              (local.get 27)
              (local.get 26)))
          (if  ;; label = @4
            (i32.eqz
              (local.get 14))
            (then
              (if  ;; label = @5
                (i32.eqz
                  (local.get 13))
                (then
                  (local.set 4
                    (i64.const 6189))
                  (br 3 (;@2;))))
              (if  ;; label = @5
                (i32.eqz
                  (i32.and
                    (i32.and
                      (f32.eq
                        (local.get 27)
                        (f32.trunc
                          (local.get 27)))
                      (f32.eq
                        (local.get 26)
                        (f32.trunc
                          (local.get 26))))
                    (i32.lt_u
                      (i32.reinterpret_f32
                        (f32.abs
                          (local.get 25)))
                      (i32.const 1266679808))))
                (then
                  (local.set 4
                    (i64.const 6189))
                  (br 3 (;@2;))))))
          (local.set 23
            (i64.extend_i32_u
              (i32.reinterpret_f32
                (local.get 25))))
          (local.set 22
            (i64.extend_i32_u
              (i32.reinterpret_f32
                (local.get 27))))
          (local.set 28
            (i64.extend_i32_u
              (i32.reinterpret_f32
                (local.get 26))))
          (if  ;; label = @4
            (i32.eqz
              (i32.or
                (i64.lt_u
                  (i64.sub
                    (i64.and
                      (local.get 23)
                      (i64.const 2147483647))
                    (i64.const 8388609))
                  (i64.const 2130706431))
                (i32.and
                  (i64.eqz
                    (i64.and
                      (local.get 23)
                      (i64.const 2147483647)))
                  (i32.or
                    (i64.eqz
                      (i64.and
                        (local.get 22)
                        (i64.const 2147483647)))
                    (i64.eqz
                      (i64.and
                        (local.get 28)
                        (i64.const 2147483647)))))))
            (then
              (local.set 4
                (i64.const 6189))
              (br 2 (;@2;))))
          (local.set 19
            (f64.reinterpret_i64
              (i64.or
                (local.get 23)
                (i64.const -4294967296))))
          (if  ;; label = @4
            (i32.eqz
              (i64.eq
                (i64.shr_s
                  (i64.reinterpret_f64
                    (local.get 17))
                  (i64.const 32))
                (i64.const -1)))
            (then
              (local.set 4
                (i64.const 7209))
              (br 2 (;@2;))))
          (local.set 25
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 17)))))
          (local.set 26
            (f32.sqrt
              (local.get 25)))
          (if  ;; label = @4
            (i32.eqz
              (local.get 14))
            (then
              (if  ;; label = @5
                (i32.eqz
                  (local.get 13))
                (then
                  (local.set 4
                    (i64.const 7209))
                  (br 3 (;@2;))))
              (if  ;; label = @5
                (i32.eqz
                  (i32.and
                    (i32.and
                      (f32.eq
                        (local.get 26)
                        (f32.trunc
                          (local.get 26)))
                      (i32.lt_u
                        (i32.reinterpret_f32
                          (f32.abs
                            (local.get 25)))
                        (i32.const 1266679808)))
                    (f32.eq
                      (f32.mul
                        (local.get 26)
                        (local.get 26))
                      (local.get 25))))
                (then
                  (local.set 4
                    (i64.const 7209))
                  (br 3 (;@2;))))))
          (local.set 28
            (i64.extend_i32_u
              (i32.reinterpret_f32
                (local.get 26))))
          (if  ;; label = @4
            (i32.eqz
              (i64.lt_u
                (i64.and
                  (local.get 28)
                  (i64.const 2147483647))
                (i64.const 2139095040)))
            (then
              (local.set 4
                (i64.const 7209))
              (br 2 (;@2;))))
          (local.set 20
            (f64.reinterpret_i64
              (i64.or
                (local.get 28)
                (i64.const -4294967296))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 13))
            (then
              (local.set 4
                (i64.const 8229))
              (br 2 (;@2;))))
          (if  ;; label = @4
            (i32.eqz
              (i64.eq
                (i64.shr_s
                  (i64.reinterpret_f64
                    (local.get 19))
                  (i64.const 32))
                (i64.const -1)))
            (then
              (local.set 4
                (i64.const 8229))
              (br 2 (;@2;))))
          (local.set 26
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 19)))))
          (if  ;; label = @4
            (i32.eqz
              (i64.eq
                (i64.shr_s
                  (i64.reinterpret_f64
                    (local.get 18))
                  (i64.const 32))
                (i64.const -1)))
            (then
              (local.set 4
                (i64.const 8229))
              (br 2 (;@2;))))
          (local.set 25
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 18)))))
          (if  ;; label = @4
            (i32.eqz
              (i64.eq
                (i64.shr_s
                  (i64.reinterpret_f64
                    (local.get 17))
                  (i64.const 32))
                (i64.const -1)))
            (then
              (local.set 4
                (i64.const 8229))
              (br 2 (;@2;))))
          (local.set 27
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 17)))))
          (local.set 24
            (f32.neg
              (local.get 26)))
          (local.set 29
            (f64.mul
              (f64.promote_f32
                (local.get 24))
              (f64.promote_f32
                (local.get 25))))
          (local.set 30
            (f64.promote_f32
              (local.get 27)))
          (local.set 31
            (f64.add
              (local.get 29)
              (local.get 30)))
          (local.set 32
            (f32.demote_f64
              (local.get 31)))
          (local.set 33
            (i32.and
              (local.get 14)
              (i64.lt_u
                (i64.sub
                  (i64.and
                    (i64.extend_i32_u
                      (i32.reinterpret_f32
                        (local.get 32)))
                    (i64.const 2147483647))
                  (i64.const 8388609))
                (i64.const 2130706431))))
          (if  ;; label = @4
            (f64.ne
              (f64.promote_f32
                (local.get 32))
              (local.get 31))
            (then
              (if  ;; label = @5
                (i32.eqz
                  (i32.and
                    (local.get 33)
                    (i32.eqz
                      (i64.eq
                        (i64.and
                          (i64.reinterpret_f64
                            (local.get 31))
                          (i64.const 536870911))
                        (i64.const 268435456)))))
                (then
                  (local.set 4
                    (i64.const 8229))
                  (br 3 (;@2;)))))
            (else
              (local.set 34
                (f64.sub
                  (local.get 31)
                  (local.get 29)))
              (if  ;; label = @5
                (i32.eqz
                  (i32.or
                    (local.get 33)
                    (i64.eqz
                      (i64.reinterpret_f64
                        (f64.abs
                          (f64.add
                            (f64.sub
                              (local.get 29)
                              (f64.sub
                                (local.get 31)
                                (local.get 34)))
                            (f64.sub
                              (local.get 30)
                              (local.get 34))))))))
                (then
                  (local.set 4
                    (i64.const 8229))
                  (br 3 (;@2;))))))
          (local.set 28
            (i64.extend_i32_u
              (i32.reinterpret_f32
                (local.get 32))))
          (local.set 21
            (f64.reinterpret_i64
              (i64.or
                (local.get 28)
                (i64.const -4294967296))))
          (local.set 28
            (local.get 16))
          (if  ;; label = @4
            (i32.eqz
              (local.get 14))
            (then
              (if  ;; label = @5
                (i32.eqz
                  (local.get 13))
                (then
                  (local.set 4
                    (i64.const 9249))
                  (br 3 (;@2;))))
              (if  ;; label = @5
                (i32.eqz
                  (i32.and
                    (i64.le_u
                      (i64.add
                        (local.get 28)
                        (i64.const 9007199254740992))
                      (i64.const 18014398509481984))
                    (i32.const 1)))
                (then
                  (local.set 4
                    (i64.const 9249))
                  (br 3 (;@2;))))))
          (local.set 17
            (f64.convert_i64_s
              (local.get 28)))
          (local.set 34
            (local.get 18))
          (local.set 31
            (local.get 17))
          (local.set 30
            (f64.sub
              (local.get 34)
              (local.get 31)))
          (if  ;; label = @4
            (i32.eqz
              (local.get 14))
            (then
              (if  ;; label = @5
                (i32.eqz
                  (local.get 13))
                (then
                  (local.set 4
                    (i64.const 10269))
                  (br 3 (;@2;))))
              (local.set 29
                (f64.sub
                  (local.get 30)
                  (local.get 34)))
              (if  ;; label = @5
                (i32.eqz
                  (i64.eqz
                    (i64.reinterpret_f64
                      (f64.abs
                        (f64.add
                          (f64.sub
                            (local.get 34)
                            (f64.sub
                              (local.get 30)
                              (local.get 29)))
                          (f64.sub
                            (f64.neg
                              (local.get 31))
                            (local.get 29)))))))
                (then
                  (local.set 4
                    (i64.const 10269))
                  (br 3 (;@2;))))))
          (local.set 28
            (i64.reinterpret_f64
              (local.get 30)))
          (if  ;; label = @4
            (i32.eqz
              (i64.lt_u
                (i64.and
                  (local.get 28)
                  (i64.const 9223372036854775807))
                (i64.const 9218868437227405312)))
            (then
              (local.set 4
                (i64.const 10269))
              (br 2 (;@2;))))
          (local.set 18
            (f64.reinterpret_i64
              (local.get 28)))
          (local.set 29
            (local.get 18))
          (local.set 30
            (local.get 17))
          (local.set 31
            (f64.mul
              (local.get 29)
              (local.get 30)))
          (if  ;; label = @4
            (i32.eqz
              (local.get 14))
            (then
              (if  ;; label = @5
                (i32.eqz
                  (local.get 13))
                (then
                  (local.set 4
                    (i64.const 11289))
                  (br 3 (;@2;))))
              (if  ;; label = @5
                (i32.eqz
                  (i32.and
                    (i32.and
                      (f64.eq
                        (local.get 29)
                        (f64.trunc
                          (local.get 29)))
                      (f64.eq
                        (local.get 30)
                        (f64.trunc
                          (local.get 30))))
                    (i64.lt_u
                      (i64.reinterpret_f64
                        (f64.abs
                          (local.get 31)))
                      (i64.const 4845873199050653696))))
                (then
                  (local.set 4
                    (i64.const 11289))
                  (br 3 (;@2;))))))
          (local.set 28
            (i64.reinterpret_f64
              (local.get 31)))
          (local.set 22
            (i64.reinterpret_f64
              (local.get 29)))
          (local.set 23
            (i64.reinterpret_f64
              (local.get 30)))
          (if  ;; label = @4
            (i32.eqz
              (i32.or
                (i64.lt_u
                  (i64.sub
                    (i64.and
                      (local.get 28)
                      (i64.const 9223372036854775807))
                    (i64.const 4503599627370497))
                  (i64.const 9214364837600034815))
                (i32.and
                  (i64.eqz
                    (i64.and
                      (local.get 28)
                      (i64.const 9223372036854775807)))
                  (i32.or
                    (i64.eqz
                      (i64.and
                        (local.get 22)
                        (i64.const 9223372036854775807)))
                    (i64.eqz
                      (i64.and
                        (local.get 23)
                        (i64.const 9223372036854775807)))))))
            (then
              (local.set 4
                (i64.const 11289))
              (br 2 (;@2;))))
          (local.set 19
            (f64.reinterpret_i64
              (local.get 28)))
          (local.set 31
            (local.get 17))
          (local.set 30
            (f64.sqrt
              (local.get 31)))
          (if  ;; label = @4
            (i32.eqz
              (local.get 14))
            (then
              (if  ;; label = @5
                (i32.eqz
                  (local.get 13))
                (then
                  (local.set 4
                    (i64.const 12309))
                  (br 3 (;@2;))))
              (if  ;; label = @5
                (i32.eqz
                  (i32.and
                    (i32.and
                      (f64.eq
                        (local.get 30)
                        (f64.trunc
                          (local.get 30)))
                      (i64.lt_u
                        (i64.reinterpret_f64
                          (f64.abs
                            (local.get 31)))
                        (i64.const 4845873199050653696)))
                    (f64.eq
                      (f64.mul
                        (local.get 30)
                        (local.get 30))
                      (local.get 31))))
                (then
                  (local.set 4
                    (i64.const 12309))
                  (br 3 (;@2;))))))
          (local.set 23
            (i64.reinterpret_f64
              (local.get 30)))
          (if  ;; label = @4
            (i32.eqz
              (i64.lt_u
                (i64.and
                  (local.get 23)
                  (i64.const 9223372036854775807))
                (i64.const 9218868437227405312)))
            (then
              (local.set 4
                (i64.const 12309))
              (br 2 (;@2;))))
          (local.set 20
            (f64.reinterpret_i64
              (local.get 23)))
          (if  ;; label = @4
            (i32.eqz
              (local.get 13))
            (then
              (local.set 4
                (i64.const 13329))
              (br 2 (;@2;))))
          (local.set 30
            (local.get 19))
          (local.set 31
            (local.get 18))
          (local.set 29
            (local.get 17))
          (local.set 34
            (f64.neg
              (local.get 30)))
          (local.set 35
            (f64.mul
              (local.get 34)
              (local.get 31)))
          (local.set 36
            (f64.mul
              (local.get 34)
              (f64.reinterpret_i64
                (i64.const 4728779608772575232))))
          (local.set 37
            (f64.sub
              (local.get 36)
              (f64.sub
                (local.get 36)
                (local.get 34))))
          (local.set 38
            (f64.sub
              (local.get 34)
              (local.get 37)))
          (local.set 39
            (f64.mul
              (local.get 31)
              (f64.reinterpret_i64
                (i64.const 4728779608772575232))))
          (local.set 40
            (f64.sub
              (local.get 39)
              (f64.sub
                (local.get 39)
                (local.get 31))))
          (local.set 41
            (f64.sub
              (local.get 31)
              (local.get 40)))
          (local.set 42
            (f64.add
              (f64.add
                (f64.add
                  (f64.sub
                    (f64.mul
                      (local.get 37)
                      (local.get 40))
                    (local.get 35))
                  (f64.mul
                    (local.get 37)
                    (local.get 41)))
                (f64.mul
                  (local.get 38)
                  (local.get 40)))
              (f64.mul
                (local.get 38)
                (local.get 41))))
          (local.set 43
            (f64.add
              (local.get 35)
              (local.get 29)))
          (local.set 44
            (f64.sub
              (local.get 43)
              (local.get 35)))
          (local.set 45
            (f64.add
              (f64.sub
                (local.get 35)
                (f64.sub
                  (local.get 43)
                  (local.get 44)))
              (f64.sub
                (local.get 29)
                (local.get 44))))
          (local.set 46
            (local.get 43))
          (if  ;; label = @4
            (i64.eqz
              (i64.shl
                (i64.or
                  (i64.reinterpret_f64
                    (local.get 42))
                  (i64.reinterpret_f64
                    (local.get 45)))
                (i64.const 1)))
            (then
              (if  ;; label = @5
                (i32.eqz
                  (i32.or
                    (i32.or
                      (i64.lt_u
                        (i64.sub
                          (i64.shl
                            (i64.reinterpret_f64
                              (local.get 35))
                            (i64.const 1))
                          (i64.const 486388759756013568))
                        (i64.const -495395959010754560))
                      (i64.eqz
                        (i64.reinterpret_f64
                          (f64.abs
                            (local.get 34)))))
                    (i64.eqz
                      (i64.reinterpret_f64
                        (f64.abs
                          (local.get 31))))))
                (then
                  (local.set 4
                    (i64.const 13329))
                  (br 3 (;@2;)))))
            (else
              (if  ;; label = @5
                (i32.eqz
                  (local.get 14))
                (then
                  (local.set 4
                    (i64.const 13329))
                  (br 3 (;@2;))))
              (local.set 47
                (f64.add
                  (local.get 45)
                  (local.get 42)))
              (local.set 46
                (f64.add
                  (local.get 43)
                  (local.get 47)))
              (if  ;; label = @5
                (i32.eqz
                  (i64.lt_u
                    (i64.sub
                      (i64.shl
                        (i64.reinterpret_f64
                          (local.get 46))
                        (i64.const 1))
                      (i64.const 1107885508333142016))
                    (i64.const -1125899906842624000)))
                (then
                  (local.set 4
                    (i64.const 13329))
                  (br 3 (;@2;))))
              (local.set 48
                (f64.sub
                  (local.get 46)
                  (local.get 43)))
              (local.set 23
                (i64.shl
                  (i64.reinterpret_f64
                    (f64.add
                      (f64.sub
                        (local.get 43)
                        (f64.sub
                          (local.get 46)
                          (local.get 48)))
                      (f64.sub
                        (local.get 47)
                        (local.get 48))))
                  (i64.const 1)))
              (if  ;; label = @5
                (i32.eqz
                  (i32.eqz
                    (i32.and
                      (i64.eqz
                        (i64.shl
                          (local.get 23)
                          (i64.const 11)))
                      (i64.ne
                        (local.get 23)
                        (i64.const 0)))))
                (then
                  (local.set 4
                    (i64.const 13329))
                  (br 3 (;@2;))))))
          (local.set 21
            (local.get 46))
          (if  ;; label = @4
            (i32.eqz
              (i64.eq
                (i64.shr_s
                  (i64.reinterpret_f64
                    (local.get 17))
                  (i64.const 32))
                (i64.const -1)))
            (then
              (local.set 4
                (i64.const 14349))
              (br 2 (;@2;))))
          (local.set 32
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 17)))))
          (if  ;; label = @4
            (i32.eqz
              (i64.eq
                (i64.shr_s
                  (i64.reinterpret_f64
                    (local.get 20))
                  (i64.const 32))
                (i64.const -1)))
            (then
              (local.set 4
                (i64.const 14349))
              (br 2 (;@2;))))
          (local.set 24
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 20)))))
          (local.set 27
            (f32.add
              (local.get 32)
              (local.get 24)))
          (if  ;; label = @4
            (i32.eqz
              (local.get 14))
            (then
              (if  ;; label = @5
                (i32.eqz
                  (local.get 13))
                (then
                  (local.set 4
                    (i64.const 14349))
                  (br 3 (;@2;))))
              (local.set 25
                (f32.sub
                  (local.get 27)
                  (local.get 32)))
              (if  ;; label = @5
                (i32.eqz
                  (i32.eqz
                    (i32.reinterpret_f32
                      (f32.abs
                        (f32.add
                          (f32.sub
                            (local.get 32)
                            (f32.sub
                              (local.get 27)
                              (local.get 25)))
                          (f32.sub
                            (local.get 24)
                            (local.get 25)))))))
                (then
                  (local.set 4
                    (i64.const 14349))
                  (br 3 (;@2;))))))
          (local.set 23
            (i64.extend_i32_u
              (i32.reinterpret_f32
                (local.get 27))))
          (if  ;; label = @4
            (i32.eqz
              (i64.lt_u
                (i64.and
                  (local.get 23)
                  (i64.const 2147483647))
                (i64.const 2139095040)))
            (then
              (local.set 4
                (i64.const 14349))
              (br 2 (;@2;))))
          (local.set 18
            (f64.reinterpret_i64
              (i64.or
                (local.get 23)
                (i64.const -4294967296))))
          (if  ;; label = @4
            (i32.eqz
              (i64.eq
                (i64.shr_s
                  (i64.reinterpret_f64
                    (local.get 17))
                  (i64.const 32))
                (i64.const -1)))
            (then
              (local.set 4
                (i64.const 15369))
              (br 2 (;@2;))))
          (local.set 25
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 17)))))
          (if  ;; label = @4
            (i32.eqz
              (i64.eq
                (i64.shr_s
                  (i64.reinterpret_f64
                    (local.get 18))
                  (i64.const 32))
                (i64.const -1)))
            (then
              (local.set 4
                (i64.const 15369))
              (br 2 (;@2;))))
          (local.set 27
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 18)))))
          (local.set 24
            (f32.div
              (local.get 25)
              (local.get 27)))
          (if  ;; label = @4
            (i32.eqz
              (local.get 14))
            (then
              (if  ;; label = @5
                (i32.eqz
                  (local.get 13))
                (then
                  (local.set 4
                    (i64.const 15369))
                  (br 3 (;@2;))))
              (if  ;; label = @5
                (i32.eqz
                  (i32.and
                    (i32.and
                      (i32.and
                        (f32.eq
                          (local.get 24)
                          (f32.trunc
                            (local.get 24)))
                        (f32.eq
                          (local.get 27)
                          (f32.trunc
                            (local.get 27))))
                      (i32.lt_u
                        (i32.reinterpret_f32
                          (f32.abs
                            (local.get 25)))
                        (i32.const 1266679808)))
                    (f32.eq
                      (f32.mul
                        (local.get 24)
                        (local.get 27))
                      (local.get 25))))
                (then
                  (local.set 4
                    (i64.const 15369))
                  (br 3 (;@2;))))))
          (local.set 23
            (i64.extend_i32_u
              (i32.reinterpret_f32
                (local.get 24))))
          (local.set 22
            (i64.extend_i32_u
              (i32.reinterpret_f32
                (local.get 25))))
          (local.set 28
            (i64.extend_i32_u
              (i32.reinterpret_f32
                (local.get 27))))
          (if  ;; label = @4
            (i32.eqz
              (i32.or
                (i64.lt_u
                  (i64.sub
                    (i64.and
                      (local.get 23)
                      (i64.const 2147483647))
                    (i64.const 8388609))
                  (i64.const 2130706431))
                (i32.and
                  (i64.eqz
                    (i64.and
                      (local.get 23)
                      (i64.const 2147483647)))
                  (i32.or
                    (i64.eqz
                      (i64.and
                        (local.get 22)
                        (i64.const 2147483647)))
                    (i64.eq
                      (i64.and
                        (local.get 28)
                        (i64.const 2147483647))
                      (i64.const 2139095040))))))
            (then
              (local.set 4
                (i64.const 15369))
              (br 2 (;@2;))))
          (local.set 19
            (f64.reinterpret_i64
              (i64.or
                (local.get 23)
                (i64.const -4294967296))))
          (local.set 4
            (i64.const 16389))
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
    (f64.store hart.f10
      (local.get 0)
      (local.get 17))
    (f64.store hart.f11
      (local.get 0)
      (local.get 18))
    (f64.store hart.f12
      (local.get 0)
      (local.get 19))
    (f64.store hart.f13
      (local.get 0)
      (local.get 20))
    (f64.store hart.f14
      (local.get 0)
      (local.get 21))
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
