(module
  (type (;0;) (func (param i32 i32) (result i32)))
  (import "env" "memory" (memory (;0;) 2048 2048 shared))
  (func (;0;) (export "0") (type 0) (param i32 i32) (result i32)
    (local i32 i32 i64 i64 i32 i64 i32 i32 i64 i32 i32 i32 i32 i64 i64 i64 f64 f64 f64 i64 f32 f32 f32 i64 f64 f64 f64)
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
      (i64.load hart.x20
        (local.get 0)))
    (local.set 18
      (f64.load hart.f10
        (local.get 0)))
    (local.set 19
      (f64.load hart.f11
        (local.get 0)))
    (local.set 20
      (f64.load hart.f12
        (local.get 0)))
    (local.set 21
      (i64.load hart.x10
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
              (i32.const 23))
            (then
              (local.set 4
                (i64.const 3072))
              (br 2 (;@2;))))
          (local.set 6
            (i32.sub
              (local.get 6)
              (i32.const 23)))
          (if  ;; label = @4
            (i32.eqz
              (local.get 12))
            (then
              (local.set 4
                (i64.const 3165))
              (br 2 (;@2;))))
          (local.set 18
            (f64.reinterpret_i64
              (i64.load offset=69888
                (i32.const 160))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 12))
            (then
              (local.set 4
                (i64.const 4185))
              (br 2 (;@2;))))
          (local.set 19
            (f64.reinterpret_i64
              (i64.load offset=69888
                (i32.const 0))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 12))
            (then
              (local.set 4
                (i64.const 5205))
              (br 2 (;@2;))))
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
                (i64.const 5205))
              (br 2 (;@2;))))
          (local.set 22
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 18)))))
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
                (i64.const 5205))
              (br 2 (;@2;))))
          (local.set 23
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 19)))))
          (local.set 24
            (f32.min
              (local.get 22)
              (local.get 23)))
          (if  ;; label = @4
            (i32.eqz
              (f32.eq
                (local.get 24)
                (local.get 24)))
            (then
              (local.set 4
                (i64.const 5205))
              (br 2 (;@2;))))
          (local.set 25
            (i64.extend_i32_u
              (i32.reinterpret_f32
                (local.get 24))))
          (local.set 20
            (f64.reinterpret_i64
              (i64.or
                (local.get 25)
                (i64.const -4294967296))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 12))
            (then
              (local.set 4
                (i64.const 6225))
              (br 2 (;@2;))))
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
                (i64.const 6225))
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
                    (local.get 19))
                  (i64.const 32))
                (i64.const -1)))
            (then
              (local.set 4
                (i64.const 6225))
              (br 2 (;@2;))))
          (local.set 23
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 19)))))
          (local.set 22
            (f32.max
              (local.get 24)
              (local.get 23)))
          (if  ;; label = @4
            (i32.eqz
              (f32.eq
                (local.get 22)
                (local.get 22)))
            (then
              (local.set 4
                (i64.const 6225))
              (br 2 (;@2;))))
          (local.set 25
            (i64.extend_i32_u
              (i32.reinterpret_f32
                (local.get 22))))
          (local.set 20
            (f64.reinterpret_i64
              (i64.or
                (local.get 25)
                (i64.const -4294967296))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 12))
            (then
              (local.set 4
                (i64.const 7245))
              (br 2 (;@2;))))
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
                (i64.const 7245))
              (br 2 (;@2;))))
          (local.set 22
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 18)))))
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
                (i64.const 7245))
              (br 2 (;@2;))))
          (local.set 23
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 19)))))
          (local.set 24
            (f32.min
              (local.get 22)
              (local.get 23)))
          (if  ;; label = @4
            (i32.eqz
              (f32.eq
                (local.get 24)
                (local.get 24)))
            (then
              (local.set 4
                (i64.const 7245))
              (br 2 (;@2;))))
          (local.set 25
            (i64.extend_i32_u
              (i32.reinterpret_f32
                (local.get 24))))
          (local.set 20
            (f64.reinterpret_i64
              (i64.or
                (local.get 25)
                (i64.const -4294967296))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 12))
            (then
              (local.set 4
                (i64.const 8265))
              (br 2 (;@2;))))
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
                (i64.const 8265))
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
                    (local.get 19))
                  (i64.const 32))
                (i64.const -1)))
            (then
              (local.set 4
                (i64.const 8265))
              (br 2 (;@2;))))
          (local.set 23
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 19)))))
          (local.set 22
            (f32.max
              (local.get 24)
              (local.get 23)))
          (if  ;; label = @4
            (i32.eqz
              (f32.eq
                (local.get 22)
                (local.get 22)))
            (then
              (local.set 4
                (i64.const 8265))
              (br 2 (;@2;))))
          (local.set 25
            (i64.extend_i32_u
              (i32.reinterpret_f32
                (local.get 22))))
          (local.set 20
            (f64.reinterpret_i64
              (i64.or
                (local.get 25)
                (i64.const -4294967296))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 11))
            (then
              (local.set 4
                (i64.const 9285))
              (br 2 (;@2;))))
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
                (i64.const 9285))
              (br 2 (;@2;))))
          (local.set 22
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 18)))))
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
                (i64.const 9285))
              (br 2 (;@2;))))
          (local.set 23
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 20)))))
          (if  ;; label = @4
            (i32.eqz
              (i32.and
                (f32.eq
                  (local.get 22)
                  (local.get 22))
                (f32.eq
                  (local.get 23)
                  (local.get 23))))
            (then
              (local.set 4
                (i64.const 9285))
              (br 2 (;@2;))))
          (local.set 21
            (i64.extend_i32_u
              (f32.eq
                (local.get 22)
                (local.get 23))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 11))
            (then
              (local.set 4
                (i64.const 10305))
              (br 2 (;@2;))))
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
                (i64.const 10305))
              (br 2 (;@2;))))
          (local.set 23
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 18)))))
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
                (i64.const 10305))
              (br 2 (;@2;))))
          (local.set 22
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 20)))))
          (if  ;; label = @4
            (i32.eqz
              (i32.and
                (f32.eq
                  (local.get 23)
                  (local.get 23))
                (f32.eq
                  (local.get 22)
                  (local.get 22))))
            (then
              (local.set 4
                (i64.const 10305))
              (br 2 (;@2;))))
          (local.set 21
            (i64.extend_i32_u
              (f32.lt
                (local.get 23)
                (local.get 22))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 11))
            (then
              (local.set 4
                (i64.const 11325))
              (br 2 (;@2;))))
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
                (i64.const 11325))
              (br 2 (;@2;))))
          (local.set 22
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 18)))))
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
                (i64.const 11325))
              (br 2 (;@2;))))
          (local.set 23
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 20)))))
          (if  ;; label = @4
            (i32.eqz
              (i32.and
                (f32.eq
                  (local.get 22)
                  (local.get 22))
                (f32.eq
                  (local.get 23)
                  (local.get 23))))
            (then
              (local.set 4
                (i64.const 11325))
              (br 2 (;@2;))))
          (local.set 21
            (i64.extend_i32_u
              (f32.le
                (local.get 22)
                (local.get 23))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 11))
            (then
              (local.set 4
                (i64.const 12345))
              (br 2 (;@2;))))
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
                (i64.const 12345))
              (br 2 (;@2;))))
          (local.set 23
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 18)))))
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
                (i64.const 12345))
              (br 2 (;@2;))))
          (local.set 22
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 20)))))
          (if  ;; label = @4
            (i32.eqz
              (i32.and
                (f32.eq
                  (local.get 23)
                  (local.get 23))
                (f32.eq
                  (local.get 22)
                  (local.get 22))))
            (then
              (local.set 4
                (i64.const 12345))
              (br 2 (;@2;))))
          (local.set 21
            (i64.extend_i32_u
              (f32.lt
                (local.get 23)
                (local.get 22))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 11))
            (then
              (local.set 4
                (i64.const 13365))
              (br 2 (;@2;))))
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
                (i64.const 13365))
              (br 2 (;@2;))))
          (local.set 22
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 18)))))
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
                (i64.const 13365))
              (br 2 (;@2;))))
          (local.set 23
            (f32.reinterpret_i32
              (i32.wrap_i64
                (i64.reinterpret_f64
                  (local.get 20)))))
          (if  ;; label = @4
            (i32.eqz
              (i32.and
                (f32.eq
                  (local.get 22)
                  (local.get 22))
                (f32.eq
                  (local.get 23)
                  (local.get 23))))
            (then
              (local.set 4
                (i64.const 13365))
              (br 2 (;@2;))))
          (local.set 21
            (i64.extend_i32_u
              (f32.le
                (local.get 22)
                (local.get 23))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 12))
            (then
              (local.set 4
                (i64.const 14385))
              (br 2 (;@2;))))
          (local.set 18
            (f64.reinterpret_i64
              (i64.load offset=70144
                (i32.const 160))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 12))
            (then
              (local.set 4
                (i64.const 15405))
              (br 2 (;@2;))))
          (local.set 19
            (f64.reinterpret_i64
              (i64.load offset=70144
                (i32.const 0))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 12))
            (then
              (local.set 4
                (i64.const 16425))
              (br 2 (;@2;))))
          (local.set 26
            (local.get 18))
          (local.set 27
            (local.get 19))
          (local.set 28
            (f64.min
              (local.get 26)
              (local.get 27)))
          (if  ;; label = @4
            (i32.eqz
              (f64.eq
                (local.get 28)
                (local.get 28)))
            (then
              (local.set 4
                (i64.const 16425))
              (br 2 (;@2;))))
          (local.set 20
            (local.get 28))
          (if  ;; label = @4
            (i32.eqz
              (local.get 12))
            (then
              (local.set 4
                (i64.const 17445))
              (br 2 (;@2;))))
          (local.set 28
            (local.get 18))
          (local.set 27
            (local.get 19))
          (local.set 26
            (f64.max
              (local.get 28)
              (local.get 27)))
          (if  ;; label = @4
            (i32.eqz
              (f64.eq
                (local.get 26)
                (local.get 26)))
            (then
              (local.set 4
                (i64.const 17445))
              (br 2 (;@2;))))
          (local.set 20
            (local.get 26))
          (if  ;; label = @4
            (i32.eqz
              (local.get 12))
            (then
              (local.set 4
                (i64.const 18465))
              (br 2 (;@2;))))
          (local.set 26
            (local.get 18))
          (local.set 27
            (local.get 19))
          (local.set 28
            (f64.min
              (local.get 26)
              (local.get 27)))
          (if  ;; label = @4
            (i32.eqz
              (f64.eq
                (local.get 28)
                (local.get 28)))
            (then
              (local.set 4
                (i64.const 18465))
              (br 2 (;@2;))))
          (local.set 20
            (local.get 28))
          (if  ;; label = @4
            (i32.eqz
              (local.get 12))
            (then
              (local.set 4
                (i64.const 19485))
              (br 2 (;@2;))))
          (local.set 28
            (local.get 18))
          (local.set 27
            (local.get 19))
          (local.set 26
            (f64.max
              (local.get 28)
              (local.get 27)))
          (if  ;; label = @4
            (i32.eqz
              (f64.eq
                (local.get 26)
                (local.get 26)))
            (then
              (local.set 4
                (i64.const 19485))
              (br 2 (;@2;))))
          (local.set 20
            (local.get 26))
          (if  ;; label = @4
            (i32.eqz
              (local.get 11))
            (then
              (local.set 4
                (i64.const 20505))
              (br 2 (;@2;))))
          (local.set 26
            (local.get 18))
          (local.set 27
            (local.get 20))
          (if  ;; label = @4
            (i32.eqz
              (i32.and
                (f64.eq
                  (local.get 26)
                  (local.get 26))
                (f64.eq
                  (local.get 27)
                  (local.get 27))))
            (then
              (local.set 4
                (i64.const 20505))
              (br 2 (;@2;))))
          (local.set 21
            (i64.extend_i32_u
              (f64.eq
                (local.get 26)
                (local.get 27))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 11))
            (then
              (local.set 4
                (i64.const 21525))
              (br 2 (;@2;))))
          (local.set 27
            (local.get 18))
          (local.set 26
            (local.get 20))
          (if  ;; label = @4
            (i32.eqz
              (i32.and
                (f64.eq
                  (local.get 27)
                  (local.get 27))
                (f64.eq
                  (local.get 26)
                  (local.get 26))))
            (then
              (local.set 4
                (i64.const 21525))
              (br 2 (;@2;))))
          (local.set 21
            (i64.extend_i32_u
              (f64.lt
                (local.get 27)
                (local.get 26))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 11))
            (then
              (local.set 4
                (i64.const 22545))
              (br 2 (;@2;))))
          (local.set 26
            (local.get 18))
          (local.set 27
            (local.get 20))
          (if  ;; label = @4
            (i32.eqz
              (i32.and
                (f64.eq
                  (local.get 26)
                  (local.get 26))
                (f64.eq
                  (local.get 27)
                  (local.get 27))))
            (then
              (local.set 4
                (i64.const 22545))
              (br 2 (;@2;))))
          (local.set 21
            (i64.extend_i32_u
              (f64.le
                (local.get 26)
                (local.get 27))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 11))
            (then
              (local.set 4
                (i64.const 23565))
              (br 2 (;@2;))))
          (local.set 27
            (local.get 18))
          (local.set 26
            (local.get 20))
          (if  ;; label = @4
            (i32.eqz
              (i32.and
                (f64.eq
                  (local.get 27)
                  (local.get 27))
                (f64.eq
                  (local.get 26)
                  (local.get 26))))
            (then
              (local.set 4
                (i64.const 23565))
              (br 2 (;@2;))))
          (local.set 21
            (i64.extend_i32_u
              (f64.lt
                (local.get 27)
                (local.get 26))))
          (if  ;; label = @4
            (i32.eqz
              (local.get 11))
            (then
              (local.set 4
                (i64.const 24585))
              (br 2 (;@2;))))
          (local.set 26
            (local.get 18))
          (local.set 27
            (local.get 20))
          (if  ;; label = @4
            (i32.eqz
              (i32.and
                (f64.eq
                  (local.get 26)
                  (local.get 26))
                (f64.eq
                  (local.get 27)
                  (local.get 27))))
            (then
              (local.set 4
                (i64.const 24585))
              (br 2 (;@2;))))
          (local.set 21
            (i64.extend_i32_u
              (f64.le
                (local.get 26)
                (local.get 27))))
          (local.set 4
            (i64.const 25605))
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
      (local.get 18))
    (f64.store hart.f11
      (local.get 0)
      (local.get 19))
    (f64.store hart.f12
      (local.get 0)
      (local.get 20))
    (i64.store hart.x10
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
