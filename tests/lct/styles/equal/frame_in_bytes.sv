// Bytes as a packed array, moved by a for loop; the size is a parameter.
module frame_in #(
    parameter int OCTETS = 3
) (
    input  logic                   clk, rst,
    input  logic                   byte__valid,
    input  logic [7:0]             byte__payload,
    output logic                   byte__ready,
    output logic                   frame__valid,
    output logic [OCTETS-1:0][7:0] frame__payload,
    input  logic                   frame__ready
);
  localparam int CW = $clog2(OCTETS + 1);
  logic [CW-1:0] count;
  logic [OCTETS-1:0][7:0] held;

  always_comb begin
    frame__valid = count == CW'(OCTETS);
    byte__ready = !frame__valid;
    frame__payload = held;
  end

  always_ff @(posedge clk) begin
    if (rst) begin
      count <= '0;
      held <= '0;
    end else begin
      if (byte__valid && byte__ready) begin
        for (int i = 0; i < OCTETS - 1; i++) held[i] <= held[i+1];
        held[OCTETS-1] <= byte__payload;
        count <= count + CW'(1);
      end
      if (frame__valid && frame__ready) count <= '0;
    end
  end
endmodule
