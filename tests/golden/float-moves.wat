(module
  (type (;0;) (func (param i32 i32) (result i32)))
  (import "env" "memory" (memory (;0;) 2048 2048 shared))
  (func (;0;) (export "0") (type 0) (param i32 i32) (result i32)
    (local i32 i32 i64 i64 i32 i64 i32 i32 i64 i32 i32 i32 i32 i64 i64 i32 i64 i32 i64 i64 f64 i64 f64 f64 i64 f64 i64 i32 i64)
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
      (i64.const -1))
    (local.set 18
      (i64.const -1))
    (local.set 20
      (i64.load hart.x5
        (local.get 0)))
    (local.set 21
      (i64.load hart.x20
        (local.get 0)))
    (local.set 22
      (f64.load hart.f10
        (local.get 0)))
    (local.set 23
      (i64.load hart.x8
        (local.get 0)))
    (local.set 24
      (f64.load hart.f11
        (local.get 0)))
    (local.set 25
      (f64.load hart.f12
        (local.get 0)))
    (local.set 26
      (i64.load hart.x10
        (local.get 0)))
    (local.set 27
      (f64.load hart.f13
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
            (local.set 20
              (i64.const 8192))
            (local.set 20
              (i64.extend_i32_s
                (i32.wrap_i64
                  (local.get 20))))
            (local.set 4
              (i64.const 2053))
            (br 2 (;@2;)))
          (if  ;; label = @4
            (i32.lt_s
              (local.get 6)
              (i32.const 22))
            (then
              (local.set 4
                (i64.const 3072))
              (br 2 (;@2;))))
          (local.set 6
            (i32.sub
              (local.get 6)
              (i32.const 22)))
          (if  ;; label = @4
            (i32.eqz
              (local.get 12))
            (then
              (local.set 4
                (i64.const 3161))
              (br 2 (;@2;))))
          (local.set 22
            (f64.reinterpret_i64
              (i64.load offset=69632
                (i32.const 160))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 11))
            (then
              (local.set 4
                (i64.const 4181))
              (br 2 (;@2;))))
          (local.set 28
            (i64.add
              (local.get 23)
              (i64.const 16)))
          (if  ;; label = @4
            (i64.ne
              (i64.and
                (local.get 28)
                (i64.const -4095))
              (local.get 16))
            (then
              (local.set 29
                (i32.add
                  (i32.add
                    (i32.and
                      (i32.shr_u
                        (i32.wrap_i64
                          (i64.xor
                            (local.get 28)
                            (i64.shr_u
                              (local.get 28)
                              (i64.const 12))))
                        (i32.const 8))
                      (i32.const 65520))
                    (local.get 8))
                  (i32.const 65536)))
              (if  ;; label = @5
                (i32.eqz
                  (i64.eq
                    (i64.load
                      (local.get 29))
                    (i64.or
                      (i64.and
                        (local.get 28)
                        (i64.const -4095))
                      (local.get 10))))
                (then
                  (if  ;; label = @6
                    (i32.eqz
                      (i64.eq
                        (i64.load
                          (local.get 29))
                        (i64.or
                          (i64.and
                            (i64.add
                              (local.get 28)
                              (i64.const 1))
                            (i64.const -4096))
                          (local.get 10))))
                    (then
                      (local.set 4
                        (i64.const 4181))
                      (br 4 (;@2;))))))
              (local.set 16
                (i64.and
                  (local.get 28)
                  (i64.const -4096)))
              (local.set 17
                (i32.load offset=8
                  (local.get 29)))))
          (i64.store16
            (i32.add
              (i32.wrap_i64
                (local.get 28))
              (local.get 17))
            (i64.reinterpret_f64
              (local.get 22)))
          (if  ;; label = @4
            (i32.eqz
              (local.get 12))
            (then
              (local.set 4
                (i64.const 5201))
              (br 2 (;@2;))))
          (local.set 28
            (i64.add
              (local.get 23)
              (i64.const 16)))
          (if  ;; label = @4
            (i64.ne
              (i64.and
                (local.get 28)
                (i64.const -4095))
              (local.get 18))
            (then
              (local.set 29
                (i32.add
                  (i32.and
                    (i32.shr_u
                      (i32.wrap_i64
                        (i64.xor
                          (local.get 28)
                          (i64.shr_u
                            (local.get 28)
                            (i64.const 12))))
                      (i32.const 8))
                    (i32.const 65520))
                  (local.get 8)))
              (if  ;; label = @5
                (i32.eqz
                  (i64.eq
                    (i64.load
                      (local.get 29))
                    (i64.or
                      (i64.and
                        (local.get 28)
                        (i64.const -4095))
                      (local.get 10))))
                (then
                  (if  ;; label = @6
                    (i32.eqz
                      (i64.eq
                        (i64.load
                          (local.get 29))
                        (i64.or
                          (i64.and
                            (i64.add
                              (local.get 28)
                              (i64.const 1))
                            (i64.const -4096))
                          (local.get 10))))
                    (then
                      (local.set 4
                        (i64.const 5201))
                      (br 4 (;@2;))))))
              (local.set 18
                (i64.and
                  (local.get 28)
                  (i64.const -4096)))
              (local.set 19
                (i32.load offset=8
                  (local.get 29)))))
          (local.set 24
            (f64.reinterpret_i64
              (i64.or
                (i64.load16_u
                  (i32.add
                    (i32.wrap_i64
                      (local.get 28))
                    (local.get 19)))
                (i64.const -65536))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 12))
            (then
              (local.set 4
                (i64.const 6221))
              (br 2 (;@2;))))
          (local.set 28
            (i64.reinterpret_f64
              (local.get 22)))
          (if  ;; label = @4
            (i32.eqz
              (i64.eq
                (i64.shr_s
                  (local.get 28)
                  (i64.const 16))
                (i64.const -1)))
            (then
              (local.set 4
                (i64.const 6221))
              (br 2 (;@2;))))
          (local.set 30
            (i64.reinterpret_f64
              (local.get 24)))
          (if  ;; label = @4
            (i32.eqz
              (i64.eq
                (i64.shr_s
                  (local.get 30)
                  (i64.const 16))
                (i64.const -1)))
            (then
              (local.set 4
                (i64.const 6221))
              (br 2 (;@2;))))
          (local.set 25
            (f64.reinterpret_i64
              (i64.or
                (i64.and
                  (local.get 28)
                  (i64.const -32769))
                (i64.and
                  (i64.xor
                    (local.get 30)
                    (i64.const -1))
                  (i64.const 32768)))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 11))
            (then
              (local.set 4
                (i64.const 7241))
              (br 2 (;@2;))))
          (local.set 30
            (i64.reinterpret_f64
              (local.get 25)))
          (if  ;; label = @4
            (i32.eqz
              (i64.eq
                (i64.shr_s
                  (local.get 30)
                  (i64.const 16))
                (i64.const -1)))
            (then
              (local.set 4
                (i64.const 7241))
              (br 2 (;@2;))))
          (local.set 28
            (i64.and
              (local.get 30)
              (i64.const 65535)))
          (local.set 29
            (select
              (i32.const 0)
              (select
                (i32.const 1)
                (select
                  (i32.const 3)
                  (i32.const 2)
                  (i64.eq
                    (i64.and
                      (local.get 28)
                      (i64.const 32767))
                    (i64.const 31744)))
                (i32.eqz
                  (i32.and
                    (i32.wrap_i64
                      (i64.shr_u
                        (local.get 28)
                        (i64.const 10)))
                    (i32.const 31))))
              (i64.eqz
                (i64.and
                  (local.get 28)
                  (i64.const 32767)))))
          (local.set 26
            (i64.extend_i32_u
              (i32.shl
                (i32.const 1)
                (select
                  (select
                    (i32.const 8)
                    (i32.const 9)
                    (i64.lt_u
                      (i64.sub
                        (i64.and
                          (local.get 28)
                          (i64.const 32767))
                        (i64.const 31745))
                      (i64.const 511)))
                  (select
                    (i32.sub
                      (i32.const 3)
                      (local.get 29))
                    (i32.add
                      (local.get 29)
                      (i32.const 4))
                    (i32.wrap_i64
                      (i64.shr_u
                        (local.get 28)
                        (i64.const 15))))
                  (i64.gt_u
                    (i64.and
                      (local.get 28)
                      (i64.const 32767))
                    (i64.const 31744))))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 11))
            (then
              (local.set 4
                (i64.const 8261))
              (br 2 (;@2;))))
          (local.set 26
            (i64.extend16_s
              (i64.reinterpret_f64
                (local.get 25))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 12))
            (then
              (local.set 4
                (i64.const 9281))
              (br 2 (;@2;))))
          (local.set 27
            (f64.reinterpret_i64
              (i64.or
                (local.get 26)
                (i64.const -65536))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 12))
            (then
              (local.set 4
                (i64.const 10301))
              (br 2 (;@2;))))
          (local.set 22
            (f64.reinterpret_i64
              (i64.load offset=69888
                (i32.const 160))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 11))
            (then
              (local.set 4
                (i64.const 11321))
              (br 2 (;@2;))))
          (local.set 28
            (i64.add
              (local.get 23)
              (i64.const 16)))
          (if  ;; label = @4
            (i64.ne
              (i64.and
                (local.get 28)
                (i64.const -4093))
              (local.get 16))
            (then
              (local.set 29
                (i32.add
                  (i32.add
                    (i32.and
                      (i32.shr_u
                        (i32.wrap_i64
                          (i64.xor
                            (local.get 28)
                            (i64.shr_u
                              (local.get 28)
                              (i64.const 12))))
                        (i32.const 8))
                      (i32.const 65520))
                    (local.get 8))
                  (i32.const 65536)))
              (if  ;; label = @5
                (i32.eqz
                  (i64.eq
                    (i64.load
                      (local.get 29))
                    (i64.or
                      (i64.and
                        (local.get 28)
                        (i64.const -4093))
                      (local.get 10))))
                (then
                  (if  ;; label = @6
                    (i32.eqz
                      (i64.eq
                        (i64.load
                          (local.get 29))
                        (i64.or
                          (i64.and
                            (i64.add
                              (local.get 28)
                              (i64.const 3))
                            (i64.const -4096))
                          (local.get 10))))
                    (then
                      (local.set 4
                        (i64.const 11321))
                      (br 4 (;@2;))))))
              (local.set 16
                (i64.and
                  (local.get 28)
                  (i64.const -4096)))
              (local.set 17
                (i32.load offset=8
                  (local.get 29)))))
          (i64.store32
            (i32.add
              (i32.wrap_i64
                (local.get 28))
              (local.get 17))
            (i64.reinterpret_f64
              (local.get 22)))
          (if  ;; label = @4
            (i32.eqz
              (local.get 12))
            (then
              (local.set 4
                (i64.const 12341))
              (br 2 (;@2;))))
          (local.set 28
            (i64.add
              (local.get 23)
              (i64.const 16)))
          (if  ;; label = @4
            (i64.ne
              (i64.and
                (local.get 28)
                (i64.const -4093))
              (local.get 18))
            (then
              (local.set 29
                (i32.add
                  (i32.and
                    (i32.shr_u
                      (i32.wrap_i64
                        (i64.xor
                          (local.get 28)
                          (i64.shr_u
                            (local.get 28)
                            (i64.const 12))))
                      (i32.const 8))
                    (i32.const 65520))
                  (local.get 8)))
              (if  ;; label = @5
                (i32.eqz
                  (i64.eq
                    (i64.load
                      (local.get 29))
                    (i64.or
                      (i64.and
                        (local.get 28)
                        (i64.const -4093))
                      (local.get 10))))
                (then
                  (if  ;; label = @6
                    (i32.eqz
                      (i64.eq
                        (i64.load
                          (local.get 29))
                        (i64.or
                          (i64.and
                            (i64.add
                              (local.get 28)
                              (i64.const 3))
                            (i64.const -4096))
                          (local.get 10))))
                    (then
                      (local.set 4
                        (i64.const 12341))
                      (br 4 (;@2;))))))
              (local.set 18
                (i64.and
                  (local.get 28)
                  (i64.const -4096)))
              (local.set 19
                (i32.load offset=8
                  (local.get 29)))))
          (local.set 24
            (f64.reinterpret_i64
              (i64.or
                (i64.load32_u
                  (i32.add
                    (i32.wrap_i64
                      (local.get 28))
                    (local.get 19)))
                (i64.const -4294967296))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 12))
            (then
              (local.set 4
                (i64.const 13361))
              (br 2 (;@2;))))
          (local.set 28
            (i64.reinterpret_f64
              (local.get 22)))
          (if  ;; label = @4
            (i32.eqz
              (i64.eq
                (i64.shr_s
                  (local.get 28)
                  (i64.const 32))
                (i64.const -1)))
            (then
              (local.set 4
                (i64.const 13361))
              (br 2 (;@2;))))
          (local.set 30
            (i64.reinterpret_f64
              (local.get 24)))
          (if  ;; label = @4
            (i32.eqz
              (i64.eq
                (i64.shr_s
                  (local.get 30)
                  (i64.const 32))
                (i64.const -1)))
            (then
              (local.set 4
                (i64.const 13361))
              (br 2 (;@2;))))
          (local.set 25
            (f64.reinterpret_i64
              (i64.or
                (i64.and
                  (local.get 28)
                  (i64.const -2147483649))
                (i64.and
                  (i64.xor
                    (local.get 30)
                    (i64.const -1))
                  (i64.const 2147483648)))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 11))
            (then
              (local.set 4
                (i64.const 14381))
              (br 2 (;@2;))))
          (local.set 30
            (i64.reinterpret_f64
              (local.get 25)))
          (if  ;; label = @4
            (i32.eqz
              (i64.eq
                (i64.shr_s
                  (local.get 30)
                  (i64.const 32))
                (i64.const -1)))
            (then
              (local.set 4
                (i64.const 14381))
              (br 2 (;@2;))))
          (local.set 28
            (i64.and
              (local.get 30)
              (i64.const 4294967295)))
          (local.set 29
            (select
              (i32.const 0)
              (select
                (i32.const 1)
                (select
                  (i32.const 3)
                  (i32.const 2)
                  (i64.eq
                    (i64.and
                      (local.get 28)
                      (i64.const 2147483647))
                    (i64.const 2139095040)))
                (i32.eqz
                  (i32.and
                    (i32.wrap_i64
                      (i64.shr_u
                        (local.get 28)
                        (i64.const 23)))
                    (i32.const 255))))
              (i64.eqz
                (i64.and
                  (local.get 28)
                  (i64.const 2147483647)))))
          (local.set 26
            (i64.extend_i32_u
              (i32.shl
                (i32.const 1)
                (select
                  (select
                    (i32.const 8)
                    (i32.const 9)
                    (i64.lt_u
                      (i64.sub
                        (i64.and
                          (local.get 28)
                          (i64.const 2147483647))
                        (i64.const 2139095041))
                      (i64.const 4194303)))
                  (select
                    (i32.sub
                      (i32.const 3)
                      (local.get 29))
                    (i32.add
                      (local.get 29)
                      (i32.const 4))
                    (i32.wrap_i64
                      (i64.shr_u
                        (local.get 28)
                        (i64.const 31))))
                  (i64.gt_u
                    (i64.and
                      (local.get 28)
                      (i64.const 2147483647))
                    (i64.const 2139095040))))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 11))
            (then
              (local.set 4
                (i64.const 15401))
              (br 2 (;@2;))))
          (local.set 26
            (i64.extend32_s
              (i64.reinterpret_f64
                (local.get 25))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 12))
            (then
              (local.set 4
                (i64.const 16421))
              (br 2 (;@2;))))
          (local.set 27
            (f64.reinterpret_i64
              (i64.or
                (local.get 26)
                (i64.const -4294967296))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 12))
            (then
              (local.set 4
                (i64.const 17441))
              (br 2 (;@2;))))
          (local.set 22
            (f64.reinterpret_i64
              (i64.load offset=70144
                (i32.const 160))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 11))
            (then
              (local.set 4
                (i64.const 18461))
              (br 2 (;@2;))))
          (local.set 28
            (i64.add
              (local.get 23)
              (i64.const 16)))
          (if  ;; label = @4
            (i64.ne
              (i64.and
                (local.get 28)
                (i64.const -4089))
              (local.get 16))
            (then
              (local.set 29
                (i32.add
                  (i32.add
                    (i32.and
                      (i32.shr_u
                        (i32.wrap_i64
                          (i64.xor
                            (local.get 28)
                            (i64.shr_u
                              (local.get 28)
                              (i64.const 12))))
                        (i32.const 8))
                      (i32.const 65520))
                    (local.get 8))
                  (i32.const 65536)))
              (if  ;; label = @5
                (i32.eqz
                  (i64.eq
                    (i64.load
                      (local.get 29))
                    (i64.or
                      (i64.and
                        (local.get 28)
                        (i64.const -4089))
                      (local.get 10))))
                (then
                  (if  ;; label = @6
                    (i32.eqz
                      (i64.eq
                        (i64.load
                          (local.get 29))
                        (i64.or
                          (i64.and
                            (i64.add
                              (local.get 28)
                              (i64.const 7))
                            (i64.const -4096))
                          (local.get 10))))
                    (then
                      (local.set 4
                        (i64.const 18461))
                      (br 4 (;@2;))))))
              (local.set 16
                (i64.and
                  (local.get 28)
                  (i64.const -4096)))
              (local.set 17
                (i32.load offset=8
                  (local.get 29)))))
          (i64.store
            (i32.add
              (i32.wrap_i64
                (local.get 28))
              (local.get 17))
            (i64.reinterpret_f64
              (local.get 22)))
          (if  ;; label = @4
            (i32.eqz
              (local.get 12))
            (then
              (local.set 4
                (i64.const 19481))
              (br 2 (;@2;))))
          (local.set 28
            (i64.add
              (local.get 23)
              (i64.const 16)))
          (if  ;; label = @4
            (i64.ne
              (i64.and
                (local.get 28)
                (i64.const -4089))
              (local.get 18))
            (then
              (local.set 29
                (i32.add
                  (i32.and
                    (i32.shr_u
                      (i32.wrap_i64
                        (i64.xor
                          (local.get 28)
                          (i64.shr_u
                            (local.get 28)
                            (i64.const 12))))
                      (i32.const 8))
                    (i32.const 65520))
                  (local.get 8)))
              (if  ;; label = @5
                (i32.eqz
                  (i64.eq
                    (i64.load
                      (local.get 29))
                    (i64.or
                      (i64.and
                        (local.get 28)
                        (i64.const -4089))
                      (local.get 10))))
                (then
                  (if  ;; label = @6
                    (i32.eqz
                      (i64.eq
                        (i64.load
                          (local.get 29))
                        (i64.or
                          (i64.and
                            (i64.add
                              (local.get 28)
                              (i64.const 7))
                            (i64.const -4096))
                          (local.get 10))))
                    (then
                      (local.set 4
                        (i64.const 19481))
                      (br 4 (;@2;))))))
              (local.set 18
                (i64.and
                  (local.get 28)
                  (i64.const -4096)))
              (local.set 19
                (i32.load offset=8
                  (local.get 29)))))
          (local.set 24
            (f64.reinterpret_i64
              (i64.load
                (i32.add
                  (i32.wrap_i64
                    (local.get 28))
                  (local.get 19)))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 12))
            (then
              (local.set 4
                (i64.const 20501))
              (br 2 (;@2;))))
          (local.set 28
            (i64.reinterpret_f64
              (local.get 22)))
          (local.set 30
            (i64.reinterpret_f64
              (local.get 24)))
          (local.set 25
            (f64.reinterpret_i64
              (i64.or
                (i64.and
                  (local.get 28)
                  (i64.const 9223372036854775807))
                (i64.and
                  (i64.xor
                    (local.get 30)
                    (i64.const -1))
                  (i64.const -9223372036854775808)))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 11))
            (then
              (local.set 4
                (i64.const 21521))
              (br 2 (;@2;))))
          (local.set 30
            (i64.reinterpret_f64
              (local.get 25)))
          (local.set 28
            (local.get 30))
          (local.set 29
            (select
              (i32.const 0)
              (select
                (i32.const 1)
                (select
                  (i32.const 3)
                  (i32.const 2)
                  (i64.eq
                    (i64.and
                      (local.get 28)
                      (i64.const 9223372036854775807))
                    (i64.const 9218868437227405312)))
                (i32.eqz
                  (i32.and
                    (i32.wrap_i64
                      (i64.shr_u
                        (local.get 28)
                        (i64.const 52)))
                    (i32.const 2047))))
              (i64.eqz
                (i64.and
                  (local.get 28)
                  (i64.const 9223372036854775807)))))
          (local.set 26
            (i64.extend_i32_u
              (i32.shl
                (i32.const 1)
                (select
                  (select
                    (i32.const 8)
                    (i32.const 9)
                    (i64.lt_u
                      (i64.sub
                        (i64.and
                          (local.get 28)
                          (i64.const 9223372036854775807))
                        (i64.const 9218868437227405313))
                      (i64.const 2251799813685247)))
                  (select
                    (i32.sub
                      (i32.const 3)
                      (local.get 29))
                    (i32.add
                      (local.get 29)
                      (i32.const 4))
                    (i32.wrap_i64
                      (i64.shr_u
                        (local.get 28)
                        (i64.const 63))))
                  (i64.gt_u
                    (i64.and
                      (local.get 28)
                      (i64.const 9223372036854775807))
                    (i64.const 9218868437227405312))))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 11))
            (then
              (local.set 4
                (i64.const 22541))
              (br 2 (;@2;))))
          (local.set 26
            (i64.reinterpret_f64
              (local.get 25)))
          (if  ;; label = @4
            (i32.eqz
              (local.get 12))
            (then
              (local.set 4
                (i64.const 23561))
              (br 2 (;@2;))))
          (local.set 27
            (f64.reinterpret_i64
              (local.get 26)))
          (local.set 4
            (i64.const 24581))
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
      (local.get 20))
    (f64.store hart.f10
      (local.get 0)
      (local.get 22))
    (f64.store hart.f11
      (local.get 0)
      (local.get 24))
    (f64.store hart.f12
      (local.get 0)
      (local.get 25))
    (i64.store hart.x10
      (local.get 0)
      (local.get 26))
    (f64.store hart.f13
      (local.get 0)
      (local.get 27))
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
