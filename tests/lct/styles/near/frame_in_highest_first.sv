module frame_in (
    input  logic clk, rst, byte__valid, frame__ready, input logic [7:0] byte__payload,
    output logic byte__ready, frame__valid, output logic [39:0] frame__payload
);
  logic [2:0] count;
  logic [39:0] held;
  assign frame__valid = count == 5;
  assign byte__ready = count != 5;
  assign frame__payload = held;
  always_ff @(posedge clk) begin
    if (byte__valid && byte__ready) begin
      count <= count + 3'd1;
      held <= {held[31:0], byte__payload};
    end
    if (frame__valid && frame__ready) count <= 3'd0;
    if (rst) begin count <= '0; held <= '0; end
  end
endmodule
