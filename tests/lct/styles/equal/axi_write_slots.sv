// A slot that holds one value is a module; the unit has three of them.
module slot #(parameter int W = 1) (
    input  logic         clk,
    input  logic         rst,
    input  logic         put,
    input  logic [W-1:0] value,
    input  logic         empty,
    output logic         has,
    output logic [W-1:0] held
);
  always_ff @(posedge clk)
    if (rst) begin
      has <= 1'b0;
      held <= '0;
    end else begin
      if (empty) has <= 1'b0;
      if (put) begin
        has <= 1'b1;
        held <= value;
      end
    end
endmodule

module axi_write (
    input  logic        clk, rst,
    input  logic        aw__valid,
    input  logic [11:0] aw__payload,
    output logic        aw__ready,
    input  logic        w__valid,
    input  logic [35:0] w__payload,
    output logic        w__ready,
    output logic        b__valid,
    output logic [1:0]  b__payload,
    input  logic        b__ready,
    output logic        ask,
    output logic [11:0] address,
    output logic [35:0] written,
    input  logic        done,
    input  logic        failed
);
  logic has_address, has_data, answered, finish;
  logic [11:0] held_address;
  logic [35:0] held_data;
  logic [1:0] response;
  assign ask = &{has_address, has_data, !answered};
  assign finish = ask && done;
  slot #(12) a (.clk, .rst, .put(aw__valid && !has_address), .value(aw__payload), .empty(finish),
                .has(has_address), .held(held_address));
  slot #(36) d (.clk, .rst, .put(w__valid && !has_data), .value(w__payload), .empty(finish),
                .has(has_data), .held(held_data));
  slot #(2) r (.clk, .rst, .put(finish), .value({failed, 1'b0}), .empty(b__ready),
               .has(answered), .held(response));
  assign aw__ready = !has_address;
  assign w__ready = !has_data;
  assign b__valid = answered;
  assign b__payload = response;
  assign address = held_address;
  assign written = held_data;
endmodule
