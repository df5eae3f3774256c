(module
  (type (;0;) (func (param i32 i32) (result i32)))
  (import "env" "memory" (memory (;0;) 2048 2048 shared))
  (func (;0;) (export "0") (type 0) (param i32 i32) (result i32)
    (local i32 i32 i64 i64 i32 i64 i32 i32 i64 i64 i32 i64 i32 i64 i64 i64 i64 i64 i32)
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
      (i64.const -1))
    (local.set 13
      (i64.const -1))
    (local.set 15
      (i64.load hart.x5
        (local.get 0)))
    (local.set 16
      (i64.load hart.x8
        (local.get 0)))
    (local.set 17
      (i64.load hart.x10
        (local.get 0)))
    (local.set 18
      (i64.load hart.x11
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
                  (i32.const 1))
                (then
                  (local.set 4
                    (i64.const 0))
                  (br 4 (;@2;))))
              (local.set 6
                (i32.sub
                  (local.get 6)
                  (i32.const 1)))
              (local.set 15
                (i64.add
                  (local.get 15)
                  (i64.const 4)))
              (br 1 (;@4;)))
            (br 0 (;@4;)))
          (loop  ;; label = @4
            (if  ;; label = @5
              (i32.lt_s
                (local.get 6)
                (i32.const 9))
              (then
                (local.set 4
                  (i64.const 1024))
                (br 3 (;@2;))))
            (local.set 6
              (i32.sub
                (local.get 6)
                (i32.const 8)))
            (local.set 19
              (local.get 16))
            (if  ;; label = @5
              (i64.ne
                (i64.and
                  (local.get 19)
                  (i64.const -4093))
                (local.get 11))
              (then
                (local.set 20
                  (i32.add
                    (i32.and
                      (i32.shr_u
                        (i32.wrap_i64
                          (i64.xor
                            (local.get 19)
                            (i64.shr_u
                              (local.get 19)
                              (i64.const 12))))
                        (i32.const 8))
                      (i32.const 65520))
                    (local.get 8)))
                (if  ;; label = @6
                  (i32.eqz
                    (i64.eq
                      (i64.load
                        (local.get 20))
                      (i64.or
                        (i64.and
                          (local.get 19)
                          (i64.const -4093))
                        (local.get 10))))
                  (then
                    (if  ;; label = @7
                      (i32.eqz
                        (i64.eq
                          (i64.load
                            (local.get 20))
                          (i64.or
                            (i64.and
                              (i64.add
                                (local.get 19)
                                (i64.const 3))
                              (i64.const -4096))
                            (local.get 10))))
                      (then
                        (local.set 4
                          (i64.const 1057))
                        (br 5 (;@2;))))))
                (local.set 11
                  (i64.and
                    (local.get 19)
                    (i64.const -4096)))
                (local.set 12
                  (i32.load offset=8
                    (local.get 20)))))
            (local.set 17
              (i64.load32_s
                (i32.add
                  (i32.wrap_i64
                    (local.get 19))
                  (local.get 12))))
            (local.set 17
              (i64.add
                (local.get 17)
                (i64.const 3)))
            (local.set 19
              (local.get 16))
            (if  ;; label = @5
              (i64.ne
                (i64.and
                  (local.get 19)
                  (i64.const -4093))
                (local.get 13))
              (then
                (local.set 20
                  (i32.add
                    (i32.add
                      (i32.and
                        (i32.shr_u
                          (i32.wrap_i64
                            (i64.xor
                              (local.get 19)
                              (i64.shr_u
                                (local.get 19)
                                (i64.const 12))))
                          (i32.const 8))
                        (i32.const 65520))
                      (local.get 8))
                    (i32.const 65536)))
                (if  ;; label = @6
                  (i32.eqz
                    (i64.eq
                      (i64.load
                        (local.get 20))
                      (i64.or
                        (i64.and
                          (local.get 19)
                          (i64.const -4093))
                        (local.get 10))))
                  (then
                    (if  ;; label = @7
                      (i32.eqz
                        (i64.eq
                          (i64.load
                            (local.get 20))
                          (i64.or
                            (i64.and
                              (i64.add
                                (local.get 19)
                                (i64.const 3))
                              (i64.const -4096))
                            (local.get 10))))
                      (then
                        (local.set 4
                          (i64.const 3097))
                        (br 5 (;@2;))))))
                (local.set 13
                  (i64.and
                    (local.get 19)
                    (i64.const -4096)))
                (local.set 14
                  (i32.load offset=8
                    (local.get 20)))))
            (i64.store32
              (i32.add
                (i32.wrap_i64
                  (local.get 19))
                (local.get 14))
              (local.get 17))
            (local.set 19
              (i64.add
                (local.get 16)
                (i64.const 21)))
            (if  ;; label = @5
              (i64.ne
                (i64.and
                  (local.get 19)
                  (i64.const -4096))
                (local.get 13))
              (then
                (local.set 20
                  (i32.add
                    (i32.add
                      (i32.and
                        (i32.shr_u
                          (i32.wrap_i64
                            (i64.xor
                              (local.get 19)
                              (i64.shr_u
                                (local.get 19)
                                (i64.const 12))))
                          (i32.const 8))
                        (i32.const 65520))
                      (local.get 8))
                    (i32.const 65536)))
                (if  ;; label = @6
                  (i32.eqz
                    (i64.eq
                      (i64.load
                        (local.get 20))
                      (i64.or
                        (i64.and
                          (local.get 19)
                          (i64.const -4096))
                        (local.get 10))))
                  (then
                    (local.set 4
                      (i64.const 4117))
                    (br 4 (;@2;))))
                (local.set 13
                  (i64.and
                    (local.get 19)
                    (i64.const -4096)))
                (local.set 14
                  (i32.load offset=8
                    (local.get 20)))))
            (i64.store8
              (i32.add
                (i32.wrap_i64
                  (local.get 19))
                (local.get 14))
              (local.get 17))
            (local.set 19
              (i64.add
                (local.get 16)
                (i64.const 17)))
            (if  ;; label = @5
              (i64.ne
                (i64.and
                  (local.get 19)
                  (i64.const -4089))
                (local.get 11))
              (then
                (local.set 20
                  (i32.add
                    (i32.and
                      (i32.shr_u
                        (i32.wrap_i64
                          (i64.xor
                            (local.get 19)
                            (i64.shr_u
                              (local.get 19)
                              (i64.const 12))))
                        (i32.const 8))
                      (i32.const 65520))
                    (local.get 8)))
                (if  ;; label = @6
                  (i32.eqz
                    (i64.eq
                      (i64.load
                        (local.get 20))
                      (i64.or
                        (i64.and
                          (local.get 19)
                          (i64.const -4089))
                        (local.get 10))))
                  (then
                    (if  ;; label = @7
                      (i32.eqz
                        (i64.eq
                          (i64.load
                            (local.get 20))
                          (i64.or
                            (i64.and
                              (i64.add
                                (local.get 19)
                                (i64.const 7))
                              (i64.const -4096))
                            (local.get 10))))
                      (then
                        (local.set 4
                          (i64.const 5137))
                        (br 5 (;@2;))))))
                (local.set 11
                  (i64.and
                    (local.get 19)
                    (i64.const -4096)))
                (local.set 12
                  (i32.load offset=8
                    (local.get 20)))))
            (local.set 18
              (i64.load
                (i32.add
                  (i32.wrap_i64
                    (local.get 19))
                  (local.get 12))))
            (local.set 19
              (i64.add
                (local.get 16)
                (i64.const 32)))
            (if  ;; label = @5
              (i64.ne
                (i64.and
                  (local.get 19)
                  (i64.const -4089))
                (local.get 13))
              (then
                (local.set 20
                  (i32.add
                    (i32.add
                      (i32.and
                        (i32.shr_u
                          (i32.wrap_i64
                            (i64.xor
                              (local.get 19)
                              (i64.shr_u
                                (local.get 19)
                                (i64.const 12))))
                          (i32.const 8))
                        (i32.const 65520))
                      (local.get 8))
                    (i32.const 65536)))
                (if  ;; label = @6
                  (i32.eqz
                    (i64.eq
                      (i64.load
                        (local.get 20))
                      (i64.or
                        (i64.and
                          (local.get 19)
                          (i64.const -4089))
                        (local.get 10))))
                  (then
                    (if  ;; label = @7
                      (i32.eqz
                        (i64.eq
                          (i64.load
                            (local.get 20))
                          (i64.or
                            (i64.and
                              (i64.add
                                (local.get 19)
                                (i64.const 7))
                              (i64.const -4096))
                            (local.get 10))))
                      (then
                        (local.set 4
                          (i64.const 6157))
                        (br 5 (;@2;))))))
                (local.set 13
                  (i64.and
                    (local.get 19)
                    (i64.const -4096)))
                (local.set 14
                  (i32.load offset=8
                    (local.get 20)))))
            (i64.store
              (i32.add
                (i32.wrap_i64
                  (local.get 19))
                (local.get 14))
              (local.get 18))
            (local.set 15
              (i64.add
                (local.get 15)
                (i64.const -1)))
            (if  ;; label = @5
              (i64.ne
                (local.get 15)
                (i64.const 0))
              (then
                (br 1 (;@4;))))
            (local.set 6
              (i32.sub
                (local.get 6)
                (i32.const 1)))
            (local.set 4
              (i64.const 9221))
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
      (local.get 15))
    (i64.store hart.x10
      (local.get 0)
      (local.get 17))
    (i64.store hart.x11
      (local.get 0)
      (local.get 18))
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
