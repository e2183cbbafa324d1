// The data is taken again while the write waits.
module axi_write (
    input  logic clk, rst,
    input  logic aw__valid, output logic aw__ready, input logic [11:0] aw__payload,
    input  logic w__valid, output logic w__ready, input logic [35:0] w__payload,
    output logic b__valid, input logic b__ready, output logic [1:0] b__payload,
    output logic ask, output logic [11:0] address, output logic [35:0] written,
    input  logic done, input logic failed
);
  logic has_address, has_data, answered, finish;
  logic [11:0] held_address;
  logic [35:0] held_data;
  logic [1:0] response;
  assign {aw__ready, w__ready, b__valid} = {~has_address, ~has_data, answered};
  assign {b__payload, address, written} = {response, held_address, held_data};
  assign ask = has_address && has_data && !answered;
  assign finish = ask && done;
  always_ff @(posedge clk) begin
    if (rst) begin
      has_address <= 0; has_data <= 0; answered <= 0;
      held_address <= 0; held_data <= 0; response <= 0;
    end else begin
      if (finish) {has_address, has_data} <= '0;
      else begin
        has_address <= has_address | aw__valid;
        has_data <= has_data | w__valid;
      end
      if (aw__valid && !has_address) held_address <= aw__payload;
      if (w__valid) held_data <= w__payload;
      answered <= finish | (answered & ~b__ready);
      if (finish) response <= failed ? 2'd2 : 2'd0;
    end
  end
endmodule
