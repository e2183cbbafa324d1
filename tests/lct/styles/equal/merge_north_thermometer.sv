// Masks and x & -x, payloads through an and-or multiplexer made by a generate loop.
module merge_north (
    input  logic        clk,
    input  logic        rst,
    input  logic        local__valid,
    input  logic [29:0] local__payload,
    output logic        local__ready,
    input  logic        east__valid,
    input  logic [29:0] east__payload,
    output logic        east__ready,
    input  logic        west__valid,
    input  logic [29:0] west__payload,
    output logic        west__ready,
    input  logic        through__valid,
    input  logic [29:0] through__payload,
    output logic        through__ready,
    output logic        link__valid,
    output logic [29:0] link__payload,
    input  logic        link__ready
);
  localparam int N = 4;
  logic [1:0] first;
  logic [N-1:0] valid, mask, upper, pool, grant;
  logic [N-1:0][29:0] payload;
  logic [N:0][29:0] partial;

  assign valid = {through__valid, west__valid, east__valid, local__valid};
  assign payload = {through__payload, west__payload, east__payload, local__payload};
  assign mask = 4'hf << first;
  assign upper = valid & mask;
  assign pool = (upper != 0) ? upper : valid;
  assign grant = (pool == 0) ? 4'b0001 : pool & (~pool + 4'b1);
  assign link__valid = |valid;

  assign partial[0] = '0;
  for (genvar i = 0; i < N; i++) begin : gen_mux
    assign partial[i+1] = partial[i] | (payload[i] & {30{grant[i]}});
  end
  assign link__payload = partial[N];
  assign {through__ready, west__ready, east__ready, local__ready} = grant & {N{link__ready}};

  logic [1:0] number;
  assign number = {grant[3] | grant[2], grant[3] | grant[1]};

  always_ff @(posedge clk) begin
    if (rst) first <= '0;
    else if (|valid) first <= link__ready ? number + 2'd1 : number;
  end
endmodule
