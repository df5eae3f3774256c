(module
  (type (;0;) (func (param i32 i32) (result i32)))
  (import "env" "memory" (memory (;0;) 2048 2048 shared))
  (func (;0;) (export "0") (type 0) (param i32 i32) (result i32)
    (local i32 i32 i64 i64 i32 i64 i32 i32 i64 i32 i32 i32 i32 i64 i64 f64 i64 f64 f64 f64 i64 f32 i64 f32 f32 f32 f32 f32 f32 f64 f64 f64 f64 f64 f64 f64)
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
      (i64.load hart.x10
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
    (block  ;; label = @1
      (block  ;; label = @2
        (loop  ;; label = @3
          (block  ;; label = @4
            (block  ;; label = @5
              (block  ;; label = @6
                (block  ;; label = @7
                  (block  ;; label = @8
                    (br_table 0 (;@8;) 1 (;@7;) 2 (;@6;) 3 (;@5;) 4 (;@4;)
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
                  (i32.const 15))
                (then
                  (local.set 4
                    (i64.const 3072))
                  (br 4 (;@2;))))
              (local.set 6
                (i32.sub
                  (local.get 6)
                  (i32.const 15)))
              (local.set 16
                (i64.const -9))
              (if  ;; label = @6
                (i32.eqz
                  (local.get 14))
                (then
                  (if  ;; label = @7
                    (i32.eqz
                      (local.get 13))
                    (then
                      (local.set 4
                        (i64.const 4153))
                      (br 5 (;@2;))))
                  (if  ;; label = @7
                    (i32.eqz
                      (i32.and
                        (i64.le_u
                          (i64.add
                            (i64.extend_i32_s
                              (i32.wrap_i64
                                (local.get 16)))
                            (i64.const 16777216))
                          (i64.const 33554432))
                        (i32.const 1)))
                    (then
                      (local.set 4
                        (i64.const 4153))
                      (br 5 (;@2;))))))
              (local.set 22
                (i64.extend_i32_u
                  (i32.reinterpret_f32
                    (f32.convert_i32_s
                      (i32.wrap_i64
                        (local.get 16))))))
              (local.set 17
                (f64.reinterpret_i64
                  (i64.or
                    (local.get 22)
                    (i64.const -4294967296))))
              (if  ;; label = @6
                (i32.eqz
                  (i32.or
                    (i32.const 1)
                    (i32.and
                      (i32.const 0)
                      (local.get 13))))
                (then
                  (local.set 4
                    (i64.const 5173))
                  (br 4 (;@2;))))
              (if  ;; label = @6
                (i32.eqz
                  (i64.eq
                    (i64.shr_s
                      (i64.reinterpret_f64
                        (local.get 17))
                      (i64.const 32))
                    (i64.const -1)))
                (then
                  (local.set 4
                    (i64.const 5173))
                  (br 4 (;@2;))))
              (local.set 23
                (f32.reinterpret_i32
                  (i32.wrap_i64
                    (i64.reinterpret_f64
                      (local.get 17)))))
              (if  ;; label = @6
                (i32.eqz
                  (local.get 14))
                (then
                  (if  ;; label = @7
                    (i32.eqz
                      (local.get 12))
                    (then
                      (local.set 4
                        (i64.const 5173))
                      (br 5 (;@2;))))
                  (if  ;; label = @7
                    (i32.eqz
                      (f32.eq
                        (local.get 23)
                        (f32.trunc
                          (local.get 23))))
                    (then
                      (local.set 4
                        (i64.const 5173))
                      (br 5 (;@2;))))))
              (local.set 22
                (i64.extend_i32_u
                  (i32.reinterpret_f32
                    (local.get 23))))
              (if  ;; label = @6
                (i32.eqz
                  (i64.le_u
                    (i64.and
                      (local.get 22)
                      (i64.const 2147483647))
                    (i64.const 1325400063)))
                (then
                  (local.set 4
                    (i64.const 5173))
                  (br 4 (;@2;))))
              (local.set 18
                (i64.trunc_f32_s
                  (local.get 23)))
              (if  ;; label = @6
                (i32.eqz
                  (local.get 14))
                (then
                  (if  ;; label = @7
                    (i32.eqz
                      (local.get 13))
                    (then
                      (local.set 4
                        (i64.const 6193))
                      (br 5 (;@2;))))
                  (if  ;; label = @7
                    (i32.eqz
                      (i32.and
                        (i64.le_u
                          (i64.add
                            (i64.extend_i32_u
                              (i32.wrap_i64
                                (local.get 16)))
                            (i64.const 16777216))
                          (i64.const 33554432))
                        (i32.const 1)))
                    (then
                      (local.set 4
                        (i64.const 6193))
                      (br 5 (;@2;))))))
              (local.set 22
                (i64.extend_i32_u
                  (i32.reinterpret_f32
                    (f32.convert_i32_u
                      (i32.wrap_i64
                        (local.get 16))))))
              (local.set 17
                (f64.reinterpret_i64
                  (i64.or
                    (local.get 22)
                    (i64.const -4294967296))))
              (if  ;; label = @6
                (i32.eqz
                  (i32.or
                    (i32.const 1)
                    (i32.and
                      (i32.const 0)
                      (local.get 13))))
                (then
                  (local.set 4
                    (i64.const 7213))
                  (br 4 (;@2;))))
              (if  ;; label = @6
                (i32.eqz
                  (i64.eq
                    (i64.shr_s
                      (i64.reinterpret_f64
                        (local.get 17))
                      (i64.const 32))
                    (i64.const -1)))
                (then
                  (local.set 4
                    (i64.const 7213))
                  (br 4 (;@2;))))
              (local.set 23
                (f32.reinterpret_i32
                  (i32.wrap_i64
                    (i64.reinterpret_f64
                      (local.get 17)))))
              (if  ;; label = @6
                (i32.eqz
                  (local.get 14))
                (then
                  (if  ;; label = @7
                    (i32.eqz
                      (local.get 12))
                    (then
                      (local.set 4
                        (i64.const 7213))
                      (br 5 (;@2;))))
                  (if  ;; label = @7
                    (i32.eqz
                      (f32.eq
                        (local.get 23)
                        (f32.trunc
                          (local.get 23))))
                    (then
                      (local.set 4
                        (i64.const 7213))
                      (br 5 (;@2;))))))
              (local.set 22
                (i64.extend_i32_u
                  (i32.reinterpret_f32
                    (local.get 23))))
              (if  ;; label = @6
                (i32.eqz
                  (i64.le_u
                    (local.get 22)
                    (i64.const 1333788671)))
                (then
                  (local.set 4
                    (i64.const 7213))
                  (br 4 (;@2;))))
              (local.set 18
                (i64.extend32_s
                  (i64.trunc_f32_s
                    (local.get 23))))
              (local.set 22
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
                        (i64.const 8233))
                      (br 5 (;@2;))))
                  (if  ;; label = @7
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
                        (i64.const 8233))
                      (br 5 (;@2;))))))
              (local.set 24
                (i64.extend_i32_u
                  (i32.reinterpret_f32
                    (f32.convert_i64_s
                      (local.get 22)))))
              (local.set 17
                (f64.reinterpret_i64
                  (i64.or
                    (local.get 24)
                    (i64.const -4294967296))))
              (if  ;; label = @6
                (i32.eqz
                  (i32.or
                    (i32.const 1)
                    (i32.and
                      (i32.const 0)
                      (local.get 13))))
                (then
                  (local.set 4
                    (i64.const 9253))
                  (br 4 (;@2;))))
              (if  ;; label = @6
                (i32.eqz
                  (i64.eq
                    (i64.shr_s
                      (i64.reinterpret_f64
                        (local.get 17))
                      (i64.const 32))
                    (i64.const -1)))
                (then
                  (local.set 4
                    (i64.const 9253))
                  (br 4 (;@2;))))
              (local.set 23
                (f32.reinterpret_i32
                  (i32.wrap_i64
                    (i64.reinterpret_f64
                      (local.get 17)))))
              (if  ;; label = @6
                (i32.eqz
                  (local.get 14))
                (then
                  (if  ;; label = @7
                    (i32.eqz
                      (local.get 12))
                    (then
                      (local.set 4
                        (i64.const 9253))
                      (br 5 (;@2;))))
                  (if  ;; label = @7
                    (i32.eqz
                      (f32.eq
                        (local.get 23)
                        (f32.trunc
                          (local.get 23))))
                    (then
                      (local.set 4
                        (i64.const 9253))
                      (br 5 (;@2;))))))
              (local.set 24
                (i64.extend_i32_u
                  (i32.reinterpret_f32
                    (local.get 23))))
              (if  ;; label = @6
                (i32.eqz
                  (i64.le_u
                    (i64.and
                      (local.get 24)
                      (i64.const 2147483647))
                    (i64.const 1593835519)))
                (then
                  (local.set 4
                    (i64.const 9253))
                  (br 4 (;@2;))))
              (local.set 18
                (i64.trunc_f32_s
                  (local.get 23)))
              (local.set 24
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
                        (i64.const 10273))
                      (br 5 (;@2;))))
                  (if  ;; label = @7
                    (i32.eqz
                      (i32.and
                        (i64.le_u
                          (i64.add
                            (local.get 24)
                            (i64.const 16777216))
                          (i64.const 33554432))
                        (i64.ge_s
                          (local.get 24)
                          (i64.const 0))))
                    (then
                      (local.set 4
                        (i64.const 10273))
                      (br 5 (;@2;))))))
              (local.set 22
                (i64.extend_i32_u
                  (i32.reinterpret_f32
                    (f32.convert_i64_u
                      (local.get 24)))))
              (local.set 17
                (f64.reinterpret_i64
                  (i64.or
                    (local.get 22)
                    (i64.const -4294967296))))
              (if  ;; label = @6
                (i32.eqz
                  (i32.or
                    (i32.const 1)
                    (i32.and
                      (i32.const 0)
                      (local.get 13))))
                (then
                  (local.set 4
                    (i64.const 11293))
                  (br 4 (;@2;))))
              (if  ;; label = @6
                (i32.eqz
                  (i64.eq
                    (i64.shr_s
                      (i64.reinterpret_f64
                        (local.get 17))
                      (i64.const 32))
                    (i64.const -1)))
                (then
                  (local.set 4
                    (i64.const 11293))
                  (br 4 (;@2;))))
              (local.set 23
                (f32.reinterpret_i32
                  (i32.wrap_i64
                    (i64.reinterpret_f64
                      (local.get 17)))))
              (if  ;; label = @6
                (i32.eqz
                  (local.get 14))
                (then
                  (if  ;; label = @7
                    (i32.eqz
                      (local.get 12))
                    (then
                      (local.set 4
                        (i64.const 11293))
                      (br 5 (;@2;))))
                  (if  ;; label = @7
                    (i32.eqz
                      (f32.eq
                        (local.get 23)
                        (f32.trunc
                          (local.get 23))))
                    (then
                      (local.set 4
                        (i64.const 11293))
                      (br 5 (;@2;))))))
              (local.set 22
                (i64.extend_i32_u
                  (i32.reinterpret_f32
                    (local.get 23))))
              (if  ;; label = @6
                (i32.eqz
                  (i64.le_u
                    (local.get 22)
                    (i64.const 1602224127)))
                (then
                  (local.set 4
                    (i64.const 11293))
                  (br 4 (;@2;))))
              (local.set 18
                (i64.trunc_f32_u
                  (local.get 23)))
              (if  ;; label = @6
                (i32.eqz
                  (i32.or
                    (i32.const 1)
                    (i32.and
                      (i32.const 0)
                      (local.get 13))))
                (then
                  (local.set 4
                    (i64.const 12313))
                  (br 4 (;@2;))))
              (if  ;; label = @6
                (i32.eqz
                  (i64.eq
                    (i64.shr_s
                      (i64.reinterpret_f64
                        (local.get 17))
                      (i64.const 32))
                    (i64.const -1)))
                (then
                  (local.set 4
                    (i64.const 12313))
                  (br 4 (;@2;))))
              (local.set 23
                (f32.reinterpret_i32
                  (i32.wrap_i64
                    (i64.reinterpret_f64
                      (local.get 17)))))
              (if  ;; label = @6
                (i32.eqz
                  (local.get 14))
                (then
                  (if  ;; label = @7
                    (i32.eqz
                      (local.get 12))
                    (then
                      (local.set 4
                        (i64.const 12313))
                      (br 5 (;@2;))))
                  (if  ;; label = @7
                    (i32.eqz
                      (f32.eq
                        (local.get 23)
                        (f32.trunc
                          (local.get 23))))
                    (then
                      (local.set 4
                        (i64.const 12313))
                      (br 5 (;@2;))))))
              (local.set 22
                (i64.extend_i32_u
                  (i32.reinterpret_f32
                    (local.get 23))))
              (if  ;; label = @6
                (i32.eqz
                  (i64.le_u
                    (i64.and
                      (local.get 22)
                      (i64.const 2147483647))
                    (i64.const 1593835519)))
                (then
                  (local.set 4
                    (i64.const 12313))
                  (br 4 (;@2;))))
              (local.set 18
                (i64.trunc_f32_s
                  (f32.nearest
                    (local.get 23))))
              (if  ;; label = @6
                (i32.eqz
                  (i32.or
                    (i32.const 1)
                    (i32.and
                      (i32.const 0)
                      (local.get 13))))
                (then
                  (local.set 4
                    (i64.const 13333))
                  (br 4 (;@2;))))
              (if  ;; label = @6
                (i32.eqz
                  (i64.eq
                    (i64.shr_s
                      (i64.reinterpret_f64
                        (local.get 17))
                      (i64.const 32))
                    (i64.const -1)))
                (then
                  (local.set 4
                    (i64.const 13333))
                  (br 4 (;@2;))))
              (local.set 23
                (f32.reinterpret_i32
                  (i32.wrap_i64
                    (i64.reinterpret_f64
                      (local.get 17)))))
              (if  ;; label = @6
                (i32.eqz
                  (local.get 14))
                (then
                  (if  ;; label = @7
                    (i32.eqz
                      (local.get 12))
                    (then
                      (local.set 4
                        (i64.const 13333))
                      (br 5 (;@2;))))
                  (if  ;; label = @7
                    (i32.eqz
                      (f32.eq
                        (local.get 23)
                        (f32.trunc
                          (local.get 23))))
                    (then
                      (local.set 4
                        (i64.const 13333))
                      (br 5 (;@2;))))))
              (local.set 22
                (i64.extend_i32_u
                  (i32.reinterpret_f32
                    (local.get 23))))
              (if  ;; label = @6
                (i32.eqz
                  (i64.le_u
                    (i64.and
                      (local.get 22)
                      (i64.const 2147483647))
                    (i64.const 1593835519)))
                (then
                  (local.set 4
                    (i64.const 13333))
                  (br 4 (;@2;))))
              (local.set 18
                (i64.trunc_f32_s
                  (f32.floor
                    (local.get 23))))
              (if  ;; label = @6
                (i32.eqz
                  (i32.or
                    (i32.const 1)
                    (i32.and
                      (i32.const 0)
                      (local.get 13))))
                (then
                  (local.set 4
                    (i64.const 14353))
                  (br 4 (;@2;))))
              (if  ;; label = @6
                (i32.eqz
                  (i64.eq
                    (i64.shr_s
                      (i64.reinterpret_f64
                        (local.get 17))
                      (i64.const 32))
                    (i64.const -1)))
                (then
                  (local.set 4
                    (i64.const 14353))
                  (br 4 (;@2;))))
              (local.set 23
                (f32.reinterpret_i32
                  (i32.wrap_i64
                    (i64.reinterpret_f64
                      (local.get 17)))))
              (if  ;; label = @6
                (i32.eqz
                  (local.get 14))
                (then
                  (if  ;; label = @7
                    (i32.eqz
                      (local.get 12))
                    (then
                      (local.set 4
                        (i64.const 14353))
                      (br 5 (;@2;))))
                  (if  ;; label = @7
                    (i32.eqz
                      (f32.eq
                        (local.get 23)
                        (f32.trunc
                          (local.get 23))))
                    (then
                      (local.set 4
                        (i64.const 14353))
                      (br 5 (;@2;))))))
              (local.set 22
                (i64.extend_i32_u
                  (i32.reinterpret_f32
                    (local.get 23))))
              (if  ;; label = @6
                (i32.eqz
                  (i64.le_u
                    (i64.and
                      (local.get 22)
                      (i64.const 2147483647))
                    (i64.const 1593835519)))
                (then
                  (local.set 4
                    (i64.const 14353))
                  (br 4 (;@2;))))
              (local.set 28
                (f32.trunc
                  (local.get 23)))
              (local.set 18
                (i64.trunc_f32_s
                  (f32.add
                    (local.get 28)
                    (f32.trunc
                      (f32.add
                        (f32.sub
                          (local.get 23)
                          (local.get 28))
                        (f32.sub
                          (local.get 23)
                          (local.get 28)))))))
              (if  ;; label = @6
                (i32.eqz
                  (i32.or
                    (i32.const 0)
                    (i32.and
                      (i32.const 1)
                      (local.get 13))))
                (then
                  (local.set 4
                    (i64.const 15373))
                  (br 4 (;@2;))))
              (if  ;; label = @6
                (i32.eqz
                  (i64.eq
                    (i64.shr_s
                      (i64.reinterpret_f64
                        (local.get 17))
                      (i64.const 32))
                    (i64.const -1)))
                (then
                  (local.set 4
                    (i64.const 15373))
                  (br 4 (;@2;))))
              (local.set 28
                (f32.reinterpret_i32
                  (i32.wrap_i64
                    (i64.reinterpret_f64
                      (local.get 17)))))
              (if  ;; label = @6
                (i32.eqz
                  (local.get 14))
                (then
                  (if  ;; label = @7
                    (i32.eqz
                      (local.get 12))
                    (then
                      (local.set 4
                        (i64.const 15373))
                      (br 5 (;@2;))))
                  (if  ;; label = @7
                    (i32.eqz
                      (f32.eq
                        (local.get 28)
                        (f32.trunc
                          (local.get 28))))
                    (then
                      (local.set 4
                        (i64.const 15373))
                      (br 5 (;@2;))))))
              (local.set 22
                (i64.extend_i32_u
                  (i32.reinterpret_f32
                    (local.get 28))))
              (if  ;; label = @6
                (i32.eqz
                  (i64.le_u
                    (i64.and
                      (local.get 22)
                      (i64.const 2147483647))
                    (i64.const 1593835519)))
                (then
                  (local.set 4
                    (i64.const 15373))
                  (br 4 (;@2;))))
              (local.set 18
                (i64.trunc_f32_s
                  (f32.nearest
                    (local.get 28))))
              (if  ;; label = @6
                (i32.eqz
                  (local.get 12))
                (then
                  (local.set 4
                    (i64.const 16393))
                  (br 4 (;@2;))))
              (if  ;; label = @6
                (i32.eqz
                  (i64.eq
                    (i64.shr_s
                      (i64.reinterpret_f64
                        (local.get 17))
                      (i64.const 32))
                    (i64.const -1)))
                (then
                  (local.set 4
                    (i64.const 16393))
                  (br 4 (;@2;))))
              (local.set 28
                (f32.reinterpret_i32
                  (i32.wrap_i64
                    (i64.reinterpret_f64
                      (local.get 17)))))
              (if  ;; label = @6
                (i32.eqz
                  (f32.eq
                    (local.get 28)
                    (local.get 28)))
                (then
                  (local.set 4
                    (i64.const 16393))
                  (br 4 (;@2;))))
              (local.set 22
                (i64.extend_i32_u
                  (i32.reinterpret_f32
                    (f32.floor
                      (local.get 28)))))
              (local.set 19
                (f64.reinterpret_i64
                  (i64.or
                    (local.get 22)
                    (i64.const -4294967296))))
              (local.set 4
                (i64.const 17413))
              (br 3 (;@2;)))
            (if  ;; label = @5
              (i32.lt_s
                (local.get 6)
                (i32.const 14))
              (then
                (local.set 4
                  (i64.const 18432))
                (br 3 (;@2;))))
            (local.set 6
              (i32.sub
                (local.get 6)
                (i32.const 14)))
            (if  ;; label = @5
              (i32.eqz
                (local.get 12))
              (then
                (local.set 4
                  (i64.const 18489))
                (br 3 (;@2;))))
            (local.set 17
              (f64.convert_i32_s
                (i32.wrap_i64
                  (local.get 16))))
            (if  ;; label = @5
              (i32.eqz
                (i32.or
                  (i32.const 1)
                  (i32.and
                    (i32.const 0)
                    (local.get 13))))
              (then
                (local.set 4
                  (i64.const 19509))
                (br 3 (;@2;))))
            (local.set 31
              (local.get 17))
            (if  ;; label = @5
              (i32.eqz
                (local.get 14))
              (then
                (if  ;; label = @6
                  (i32.eqz
                    (local.get 12))
                  (then
                    (local.set 4
                      (i64.const 19509))
                    (br 4 (;@2;))))
                (if  ;; label = @6
                  (i32.eqz
                    (f64.eq
                      (local.get 31)
                      (f64.trunc
                        (local.get 31))))
                  (then
                    (local.set 4
                      (i64.const 19509))
                    (br 4 (;@2;))))))
            (local.set 22
              (i64.reinterpret_f64
                (local.get 31)))
            (if  ;; label = @5
              (i32.eqz
                (i64.le_u
                  (i64.and
                    (local.get 22)
                    (i64.const 9223372036854775807))
                  (i64.const 4746794007244308480)))
              (then
                (local.set 4
                  (i64.const 19509))
                (br 3 (;@2;))))
            (local.set 18
              (i64.trunc_f64_s
                (local.get 31)))
            (if  ;; label = @5
              (i32.eqz
                (local.get 12))
              (then
                (local.set 4
                  (i64.const 20529))
                (br 3 (;@2;))))
            (local.set 17
              (f64.convert_i32_u
                (i32.wrap_i64
                  (local.get 16))))
            (if  ;; label = @5
              (i32.eqz
                (i32.or
                  (i32.const 1)
                  (i32.and
                    (i32.const 0)
                    (local.get 13))))
              (then
                (local.set 4
                  (i64.const 21549))
                (br 3 (;@2;))))
            (local.set 31
              (local.get 17))
            (if  ;; label = @5
              (i32.eqz
                (local.get 14))
              (then
                (if  ;; label = @6
                  (i32.eqz
                    (local.get 12))
                  (then
                    (local.set 4
                      (i64.const 21549))
                    (br 4 (;@2;))))
                (if  ;; label = @6
                  (i32.eqz
                    (f64.eq
                      (local.get 31)
                      (f64.trunc
                        (local.get 31))))
                  (then
                    (local.set 4
                      (i64.const 21549))
                    (br 4 (;@2;))))))
            (local.set 22
              (i64.reinterpret_f64
                (local.get 31)))
            (if  ;; label = @5
              (i32.eqz
                (i64.le_u
                  (local.get 22)
                  (i64.const 4751297606873776128)))
              (then
                (local.set 4
                  (i64.const 21549))
                (br 3 (;@2;))))
            (local.set 18
              (i64.extend32_s
                (i64.trunc_f64_s
                  (local.get 31))))
            (local.set 22
              (local.get 16))
            (if  ;; label = @5
              (i32.eqz
                (local.get 14))
              (then
                (if  ;; label = @6
                  (i32.eqz
                    (local.get 13))
                  (then
                    (local.set 4
                      (i64.const 22569))
                    (br 4 (;@2;))))
                (if  ;; label = @6
                  (i32.eqz
                    (i32.and
                      (i64.le_u
                        (i64.add
                          (local.get 22)
                          (i64.const 9007199254740992))
                        (i64.const 18014398509481984))
                      (i32.const 1)))
                  (then
                    (local.set 4
                      (i64.const 22569))
                    (br 4 (;@2;))))))
            (local.set 17
              (f64.convert_i64_s
                (local.get 22)))
            (if  ;; label = @5
              (i32.eqz
                (i32.or
                  (i32.const 1)
                  (i32.and
                    (i32.const 0)
                    (local.get 13))))
              (then
                (local.set 4
                  (i64.const 23589))
                (br 3 (;@2;))))
            (local.set 31
              (local.get 17))
            (if  ;; label = @5
              (i32.eqz
                (local.get 14))
              (then
                (if  ;; label = @6
                  (i32.eqz
                    (local.get 12))
                  (then
                    (local.set 4
                      (i64.const 23589))
                    (br 4 (;@2;))))
                (if  ;; label = @6
                  (i32.eqz
                    (f64.eq
                      (local.get 31)
                      (f64.trunc
                        (local.get 31))))
                  (then
                    (local.set 4
                      (i64.const 23589))
                    (br 4 (;@2;))))))
            (local.set 22
              (i64.reinterpret_f64
                (local.get 31)))
            (if  ;; label = @5
              (i32.eqz
                (i64.le_u
                  (i64.and
                    (local.get 22)
                    (i64.const 9223372036854775807))
                  (i64.const 4890909195324358655)))
              (then
                (local.set 4
                  (i64.const 23589))
                (br 3 (;@2;))))
            (local.set 18
              (i64.trunc_f64_s
                (local.get 31)))
            (local.set 22
              (local.get 16))
            (if  ;; label = @5
              (i32.eqz
                (local.get 14))
              (then
                (if  ;; label = @6
                  (i32.eqz
                    (local.get 13))
                  (then
                    (local.set 4
                      (i64.const 24609))
                    (br 4 (;@2;))))
                (if  ;; label = @6
                  (i32.eqz
                    (i32.and
                      (i64.le_u
                        (i64.add
                          (local.get 22)
                          (i64.const 9007199254740992))
                        (i64.const 18014398509481984))
                      (i64.ge_s
                        (local.get 22)
                        (i64.const 0))))
                  (then
                    (local.set 4
                      (i64.const 24609))
                    (br 4 (;@2;))))))
            (local.set 17
              (f64.convert_i64_u
                (local.get 22)))
            (if  ;; label = @5
              (i32.eqz
                (i32.or
                  (i32.const 1)
                  (i32.and
                    (i32.const 0)
                    (local.get 13))))
              (then
                (local.set 4
                  (i64.const 25629))
                (br 3 (;@2;))))
            (local.set 31
              (local.get 17))
            (if  ;; label = @5
              (i32.eqz
                (local.get 14))
              (then
                (if  ;; label = @6
                  (i32.eqz
                    (local.get 12))
                  (then
                    (local.set 4
                      (i64.const 25629))
                    (br 4 (;@2;))))
                (if  ;; label = @6
                  (i32.eqz
                    (f64.eq
                      (local.get 31)
                      (f64.trunc
                        (local.get 31))))
                  (then
                    (local.set 4
                      (i64.const 25629))
                    (br 4 (;@2;))))))
            (local.set 22
              (i64.reinterpret_f64
                (local.get 31)))
            (if  ;; label = @5
              (i32.eqz
                (i64.le_u
                  (local.get 22)
                  (i64.const 4895412794951729151)))
              (then
                (local.set 4
                  (i64.const 25629))
                (br 3 (;@2;))))
            (local.set 18
              (i64.trunc_f64_u
                (local.get 31)))
            (if  ;; label = @5
              (i32.eqz
                (i32.or
                  (i32.const 1)
                  (i32.and
                    (i32.const 0)
                    (local.get 13))))
              (then
                (local.set 4
                  (i64.const 26649))
                (br 3 (;@2;))))
            (local.set 31
              (local.get 17))
            (if  ;; label = @5
              (i32.eqz
                (local.get 14))
              (then
                (if  ;; label = @6
                  (i32.eqz
                    (local.get 12))
                  (then
                    (local.set 4
                      (i64.const 26649))
                    (br 4 (;@2;))))
                (if  ;; label = @6
                  (i32.eqz
                    (f64.eq
                      (local.get 31)
                      (f64.trunc
                        (local.get 31))))
                  (then
                    (local.set 4
                      (i64.const 26649))
                    (br 4 (;@2;))))))
            (local.set 22
              (i64.reinterpret_f64
                (local.get 31)))
            (if  ;; label = @5
              (i32.eqz
                (i64.le_u
                  (i64.and
                    (local.get 22)
                    (i64.const 9223372036854775807))
                  (i64.const 4890909195324358655)))
              (then
                (local.set 4
                  (i64.const 26649))
                (br 3 (;@2;))))
            (local.set 18
              (i64.trunc_f64_s
                (f64.nearest
                  (local.get 31))))
            (if  ;; label = @5
              (i32.eqz
                (i32.or
                  (i32.const 1)
                  (i32.and
                    (i32.const 0)
                    (local.get 13))))
              (then
                (local.set 4
                  (i64.const 27669))
                (br 3 (;@2;))))
            (local.set 31
              (local.get 17))
            (if  ;; label = @5
              (i32.eqz
                (local.get 14))
              (then
                (if  ;; label = @6
                  (i32.eqz
                    (local.get 12))
                  (then
                    (local.set 4
                      (i64.const 27669))
                    (br 4 (;@2;))))
                (if  ;; label = @6
                  (i32.eqz
                    (f64.eq
                      (local.get 31)
                      (f64.trunc
                        (local.get 31))))
                  (then
                    (local.set 4
                      (i64.const 27669))
                    (br 4 (;@2;))))))
            (local.set 22
              (i64.reinterpret_f64
                (local.get 31)))
            (if  ;; label = @5
              (i32.eqz
                (i64.le_u
                  (i64.and
                    (local.get 22)
                    (i64.const 9223372036854775807))
                  (i64.const 4890909195324358655)))
              (then
                (local.set 4
                  (i64.const 27669))
                (br 3 (;@2;))))
            (local.set 18
              (i64.trunc_f64_s
                (f64.floor
                  (local.get 31))))
            (if  ;; label = @5
              (i32.eqz
                (i32.or
                  (i32.const 1)
                  (i32.and
                    (i32.const 0)
                    (local.get 13))))
              (then
                (local.set 4
                  (i64.const 28689))
                (br 3 (;@2;))))
            (local.set 31
              (local.get 17))
            (if  ;; label = @5
              (i32.eqz
                (local.get 14))
              (then
                (if  ;; label = @6
                  (i32.eqz
                    (local.get 12))
                  (then
                    (local.set 4
                      (i64.const 28689))
                    (br 4 (;@2;))))
                (if  ;; label = @6
                  (i32.eqz
                    (f64.eq
                      (local.get 31)
                      (f64.trunc
                        (local.get 31))))
                  (then
                    (local.set 4
                      (i64.const 28689))
                    (br 4 (;@2;))))))
            (local.set 22
              (i64.reinterpret_f64
                (local.get 31)))
            (if  ;; label = @5
              (i32.eqz
                (i64.le_u
                  (i64.and
                    (local.get 22)
                    (i64.const 9223372036854775807))
                  (i64.const 4890909195324358655)))
              (then
                (local.set 4
                  (i64.const 28689))
                (br 3 (;@2;))))
            (local.set 35
              (f64.trunc
                (local.get 31)))
            (local.set 18
              (i64.trunc_f64_s
                (f64.add
                  (local.get 35)
                  (f64.trunc
                    (f64.add
                      (f64.sub
                        (local.get 31)
                        (local.get 35))
                      (f64.sub
                        (local.get 31)
                        (local.get 35)))))))
            (if  ;; label = @5
              (i32.eqz
                (i32.or
                  (i32.const 0)
                  (i32.and
                    (i32.const 1)
                    (local.get 13))))
              (then
                (local.set 4
                  (i64.const 29709))
                (br 3 (;@2;))))
            (local.set 35
              (local.get 17))
            (if  ;; label = @5
              (i32.eqz
                (local.get 14))
              (then
                (if  ;; label = @6
                  (i32.eqz
                    (local.get 12))
                  (then
                    (local.set 4
                      (i64.const 29709))
                    (br 4 (;@2;))))
                (if  ;; label = @6
                  (i32.eqz
                    (f64.eq
                      (local.get 35)
                      (f64.trunc
                        (local.get 35))))
                  (then
                    (local.set 4
                      (i64.const 29709))
                    (br 4 (;@2;))))))
            (local.set 22
              (i64.reinterpret_f64
                (local.get 35)))
            (if  ;; label = @5
              (i32.eqz
                (i64.le_u
                  (i64.and
                    (local.get 22)
                    (i64.const 9223372036854775807))
                  (i64.const 4890909195324358655)))
              (then
                (local.set 4
                  (i64.const 29709))
                (br 3 (;@2;))))
            (local.set 18
              (i64.trunc_f64_s
                (f64.nearest
                  (local.get 35))))
            (if  ;; label = @5
              (i32.eqz
                (local.get 12))
              (then
                (local.set 4
                  (i64.const 30729))
                (br 3 (;@2;))))
            (local.set 35
              (local.get 17))
            (if  ;; label = @5
              (i32.eqz
                (f64.eq
                  (local.get 35)
                  (local.get 35)))
              (then
                (local.set 4
                  (i64.const 30729))
                (br 3 (;@2;))))
            (local.set 19
              (f64.floor
                (local.get 35)))
            (local.set 4
              (i64.const 31749))
            (br 2 (;@2;)))
          (if  ;; label = @4
            (i32.lt_s
              (local.get 6)
              (i32.const 3))
            (then
              (local.set 4
                (i64.const 32768))
              (br 2 (;@2;))))
          (local.set 6
            (i32.sub
              (local.get 6)
              (i32.const 3)))
          (local.set 35
            (local.get 17))
          (local.set 28
            (f32.demote_f64
              (local.get 35)))
          (if  ;; label = @4
            (i32.eqz
              (local.get 14))
            (then
              (if  ;; label = @5
                (i32.eqz
                  (local.get 13))
                (then
                  (local.set 4
                    (i64.const 32781))
                  (br 3 (;@2;))))
              (if  ;; label = @5
                (i32.eqz
                  (f64.eq
                    (f64.promote_f32
                      (local.get 28))
                    (local.get 35)))
                (then
                  (local.set 4
                    (i64.const 32781))
                  (br 3 (;@2;))))))
          (local.set 22
            (i64.extend_i32_u
              (i32.reinterpret_f32
                (local.get 28))))
          (local.set 24
            (i64.reinterpret_f64
              (local.get 35)))
          (if  ;; label = @4
            (i32.eqz
              (i32.or
                (i64.lt_u
                  (i64.sub
                    (i64.and
                      (local.get 22)
                      (i64.const 2147483647))
                    (i64.const 8388609))
                  (i64.const 2130706431))
                (i64.eqz
                  (i64.shl
                    (local.get 24)
                    (i64.const 1)))))
            (then
              (local.set 4
                (i64.const 32781))
              (br 2 (;@2;))))
          (local.set 17
            (f64.reinterpret_i64
              (i64.or
                (local.get 22)
                (i64.const -4294967296))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 12))
            (then
              (local.set 4
                (i64.const 33801))
              (br 2 (;@2;))))
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
                (i64.const 33801))
              (br 2 (;@2;))))
          (local.set 28
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 17)))))
          (if  ;; label = @4
            (i32.eqz
              (f32.eq
                (local.get 28)
                (local.get 28)))
            (then
              (local.set 4
                (i64.const 33801))
              (br 2 (;@2;))))
          (local.set 21
            (f64.promote_f32
              (local.get 28)))
          (local.set 4
            (i64.const 34821))
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
    (i64.store hart.x10
      (local.get 0)
      (local.get 18))
    (f64.store hart.f11
      (local.get 0)
      (local.get 19))
    (f64.store hart.f12
      (local.get 0)
      (local.get 20))
    (f64.store hart.f13
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
