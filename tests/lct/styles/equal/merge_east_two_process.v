// Two processes: what comes next, and the register. Packets and valids as a case over three bits.
module merge_east (
    input             clk,
    input             rst,
    input             local__valid,
    input      [29:0] local__payload,
    output reg        local__ready,
    input             through__valid,
    input      [29:0] through__payload,
    output reg        through__ready,
    output reg        link__valid,
    output reg [29:0] link__payload,
    input             link__ready
);
  localparam LOCAL = 1'b0, THROUGH = 1'b1;
  reg first, first_next;

  always @* begin
    link__valid = 1'b1;
    link__payload = local__payload;
    local__ready = 1'b0;
    through__ready = 1'b0;
    first_next = first;
    case ({first, local__valid, through__valid})
      {LOCAL, 2'b10}, {LOCAL, 2'b11}, {THROUGH, 2'b10}: begin
        local__ready = link__ready;
        first_next = link__ready ? THROUGH : LOCAL;
      end
      {LOCAL, 2'b01}, {THROUGH, 2'b01}, {THROUGH, 2'b11}: begin
        link__payload = through__payload;
        through__ready = link__ready;
        first_next = link__ready ? LOCAL : THROUGH;
      end
      default: link__valid = 1'b0;
    endcase
  end

  always @(posedge clk)
    if (rst) first <= LOCAL;
    else first <= first_next;
endmodule
