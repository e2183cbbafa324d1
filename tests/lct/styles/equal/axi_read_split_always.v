// A process for each register, each with its own enable as a wire.
module axi_read (
    input wire clk, input wire rst,
    input wire ar__valid, input wire [11:0] ar__payload, output wire ar__ready,
    output wire r__valid, output wire [33:0] r__payload, input wire r__ready,
    output wire ask, output wire [11:0] address, input wire [31:0] data, input wire failed
);
  reg has_address, answered;
  reg [11:0] held;
  reg [33:0] answer;
  wire load = ar__valid & ~has_address;
  wire finish = has_address & ~answered;

  always @(posedge clk) if (rst) has_address <= 0; else has_address <= load | (has_address & answered);
  always @(posedge clk) if (rst) held <= 0; else if (load) held <= ar__payload;
  always @(posedge clk) if (rst) answered <= 0; else answered <= finish | (answered & ~r__ready);
  always @(posedge clk) begin : the_answer
    reg [1:0] code;
    code = failed ? 2'b10 : 2'b00;
    if (rst) answer <= 0;
    else if (finish) answer <= {code, data};
  end

  assign ar__ready = ~has_address;
  assign r__valid = answered;
  assign r__payload = answer;
  assign ask = finish;
  assign address = held;
endmodule
