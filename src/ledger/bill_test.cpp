#include "ledger/bill.h"

#include <gtest/gtest.h>

#include "base/date.h"
#include "ledger/bill_reader.h"
#include "ledger/bill_words.h"

namespace fw::ledger {
namespace {

Bill read(std::string_view text) {
  auto bill = read_bill(text, "bill", std::nullopt);
  EXPECT_TRUE(bill) << bill.error().message;
  return bill ? *bill : Bill();
}

std::string refused(std::string_view text) {
  const auto bill = read_bill(text, "bill", std::nullopt);
  return bill ? "" : bill.error().message;
}

std::string usd(const std::optional<Money>& m) { return m ? m->usd() : "none"; }

TEST(BillFigure, reads_exponents_and_rounds_the_noise_of_floating_point) {
  const auto units = [](std::string_view text) { return bills::parse_figure(text)->money().usd(); };
  EXPECT_EQ(units("5.0e-05"), "0.00005");
  EXPECT_EQ(units("0.56177125000000004"), "0.56177125");
  EXPECT_EQ(units("-12"), "-12");
  EXPECT_EQ(units("1E3"), "1000");
  EXPECT_EQ(units(".5"), "0.5");
  EXPECT_EQ(bills::parse_figure("1.2345678e2")->decimals, 5);
  for (const auto* const bad : {"", "1,5", "0x1", "1e99", "NaN", "--1", "12345678901234567890"}) EXPECT_FALSE(bills::parse_figure(bad)) << bad;
}

TEST(BillWords, tell_meter_tier_step_and_model_of_every_clouds_names) {
  struct Case {
    std::string_view name, model, meter, tier, reach;
    bool long_context;
  };
  for (const auto& c : {Case{"5.6 luna ShortCo Inp Std Gl 1M Tokens", "5.6-luna", "input", "standard", "global", false},
                        Case{"5.6 luna LongCo Cd Wr PP DZ 1M Tokens", "5.6-luna", "cache_write", "priority", "zone", true},
                        Case{"6-sol ShortCo Cd Inp Std Gl 1M Tokens", "6-sol", "cache_read", "standard", "global", false},
                        Case{"GPT 5 Mini Batch outpt Glbl", "gpt-5-mini", "output", "batch", "global", false},
                        Case{"gpt-5-codex-ccchd-inp-glbl Tokens", "gpt-5-codex", "cache_read", "standard", "global", false},
                        Case{"gpt-4o-aud-1217 Inp glbl Tokens", "gpt-4o-1217", "audio_in", "standard", "global", false},
                        Case{"openai.gpt-5.6-luna-mantle-cache-write-tokens-30m-long-ctx-flex", "openai.gpt-5.6-luna", "cache_write", "flex", "", true},
                        Case{"openai.gpt-oss-120b-mantle-input-tokens-standard", "openai.gpt-oss-120b", "input", "standard", "", false},
                        Case{"Claude4.6Sonnet-cache-read-input-token-count", "claude4.6sonnet", "cache_read", "standard", "", false},
                        Case{"priority | gpt-5.6-sol, output, long context", "gpt-5.6-sol", "output", "priority", "", true},
                        Case{"gpt-5.5-2026-04-23, cached input", "gpt-5.5-2026-04-23", "cache_read", "standard", "", false},
                        Case{"web search tool calls", "web-tool", "", "standard", "", false},
                        Case{"gpt-4o-0806-FT-inp-glbl Tokens", "gpt-4o-0806", "", "standard", "global", false}}) {
    const auto found = read_meter(c.name);
    EXPECT_EQ(found.model, c.model) << c.name;
    EXPECT_EQ(found.meter, c.meter) << c.name;
    EXPECT_EQ(found.tier, c.tier) << c.name;
    EXPECT_EQ(found.reach, c.reach) << c.name;
    EXPECT_EQ(found.long_context, c.long_context) << c.name;
  }
  EXPECT_EQ(read_meter("openai.gpt-5.6-luna-mantle-cache-write-tokens-30m-standard").lifetime, "30m");
}

TEST(BillWords, tell_how_many_tokens_a_unit_is) {
  EXPECT_EQ(tokens_of_unit("1M"), 1'000'000);
  EXPECT_EQ(tokens_of_unit("1K tokens"), 1'000);
  EXPECT_EQ(tokens_of_unit("1,000,000 Tokens"), 1'000'000);
  EXPECT_EQ(tokens_of_unit("tokens"), 1);
  EXPECT_EQ(tokens_of_unit("count"), 1);
  for (const auto* const other : {"", "1 Hour", "GB-Mo", "images", "0 tokens"}) EXPECT_FALSE(tokens_of_unit(other)) << other;
}

TEST(Bill, of_openai_usage_has_buckets_that_do_not_overlap) {
  const auto bill = read(R"({"object":"page","data":[{"object":"bucket","start_time":1785369600,"end_time":1785456000,"results":[
    {"object":"organization.usage.completions.result","input_tokens":5000,"input_cached_tokens":1800,"input_cache_write_tokens":200,
     "input_uncached_tokens":3000,"output_tokens":1000,"input_audio_tokens":300,"output_audio_tokens":100,"num_model_requests":5,
     "project_id":"proj_abc","model":"gpt-5.6-luna-2026-07-09","batch":false,"service_tier":"default"}]}],"has_more":false,"next_page":null})");
  EXPECT_EQ(bill.form, BillForm::openai_usage);
  ASSERT_EQ(bill.lines.size(), 6U);
  std::int64_t sum = 0;
  for (const auto& line : bill.lines) sum += *line.tokens;
  EXPECT_EQ(sum, 6000);
  EXPECT_EQ(bill.lines[0].tokens, 2700);
  EXPECT_EQ(bill.lines[0].line, 2);
  EXPECT_EQ(bill.lines[0].tier, "standard");
  EXPECT_EQ(bill.lines[0].account, "proj_abc");
  EXPECT_FALSE(bill.lines[0].amount);
  EXPECT_EQ(date_text(bill.lines[0].from), "2026-07-30");
}

TEST(Bill, of_openai_costs_has_amounts_and_counts) {
  const auto bill = read(R"({"object":"page","data":[{"object":"bucket","start_time":1785369600,"end_time":1785456000,"results":[
    {"object":"organization.costs.result","amount":{"value":0.0060000000000000001,"currency":"usd"},"line_item":"gpt-5.6-luna-2026-07-09, input","quantity":6,"quantity_unit":"1000_tokens"},
    {"object":"organization.costs.result","amount":{"value":"1.5","currency":"usd"},"line_item":"web search tool calls","quantity":null,"quantity_unit":null}]}]})");
  ASSERT_EQ(bill.lines.size(), 2U);
  EXPECT_EQ(bill.lines[0].tokens, 6000);
  EXPECT_EQ(usd(bill.lines[0].amount), "0.006");
  EXPECT_EQ(bill.lines[1].meter, "");
  EXPECT_EQ(bill.lines[1].what, "web search tool calls");
}

TEST(Bill, of_azure_has_quantities_in_tokens_and_other_services_apart) {
  const auto bill = read(
      "SubscriptionId,Date,MeterCategory,MeterName,UnitOfMeasure,Quantity,CostInBillingCurrency,BillingCurrencyCode,ChargeType,PricingModel\r\n"
      "sub-1,07/30/2026,Foundry Models,5.6 luna ShortCo Inp Std Gl 1M Tokens,1M,2.5,2.50,USD,Usage,OnDemand\r\n"
      "sub-1,07/30/2026,Virtual Machines,\"D2, v5\",1 Hour,24,3.1,USD,Usage,OnDemand\r\n"
      "sub-1,07/31/2026,Foundry Models,Provisioned Managed Global Unit,1 Hour,24,24,USD,UnusedReservation,Reservation\r\n");
  ASSERT_EQ(bill.lines.size(), 3U);
  EXPECT_EQ(bill.cloud, "azure");
  EXPECT_EQ(bill.lines[0].tokens, 2'500'000);
  EXPECT_EQ(bill.lines[0].reach, "global");
  EXPECT_EQ(date_text(bill.lines[0].from), "2026-07-30");
  EXPECT_EQ(bill.lines[1].kind, ChargeKind::elsewhere);
  EXPECT_EQ(bill.lines[2].kind, ChargeKind::commitment);
  EXPECT_EQ(bill.amount_unit.usd(), "0.01");
}

TEST(Bill, of_aws_takes_the_region_off_its_usage_types) {
  const auto bill = read(
      "line_item_usage_account_id,line_item_line_item_type,line_item_usage_start_date,line_item_usage_end_date,line_item_product_code,line_item_usage_type,"
      "line_item_usage_amount,line_item_currency_code,line_item_unblended_cost,pricing_unit\n"
      "123456789012,Usage,2026-07-30T05:00:00.000Z,2026-07-30T06:00:00.000Z,AmazonBedrock,USE1-openai.gpt-5.6-luna-mantle-input-tokens-standard,4.77,USD,0.0052470000,1K tokens\n"
      "123456789012,EdpDiscount,2026-07-30T05:00:00.000Z,2026-07-30T06:00:00.000Z,AmazonBedrock,USE1-openai.gpt-5.6-luna-mantle-input-tokens-standard,0,USD,-0.0005,\n");
  ASSERT_EQ(bill.lines.size(), 2U);
  EXPECT_EQ(bill.lines[0].model, "openai.gpt-5.6-luna");
  EXPECT_EQ(bill.lines[0].tokens, 4770);
  EXPECT_EQ(bill.lines[0].until.ns - bill.lines[0].from.ns, 3'600'000'000'000);
  EXPECT_EQ(bill.lines[1].kind, ChargeKind::credit);
}

TEST(Bill, of_focus_tells_the_cloud_by_its_provider) {
  const auto bill = read(
      "BilledCost,BillingCurrency,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,PricingQuantity,PricingUnit,ProviderName,SubAccountId,x_SkuMeterName,ServiceCategory\n"
      "1.00,USD,Usage,2026-07-30T00:00:00Z,2026-07-31T00:00:00Z,1,1M,Microsoft,sub-1,5.6 luna ShortCo Inp Std Gl 1M Tokens,AI and Machine Learning\n"
      "-0.5,USD,Credit,2026-07-30T00:00:00Z,2026-07-31T00:00:00Z,,,Microsoft,sub-1,,AI and Machine Learning\n");
  ASSERT_EQ(bill.lines.size(), 2U);
  EXPECT_EQ(bill.form, BillForm::focus);
  EXPECT_EQ(bill.cloud, "azure");
  EXPECT_EQ(bill.lines[0].tokens, 1'000'000);
  EXPECT_EQ(bill.lines[1].kind, ChargeKind::credit);
}

TEST(Bill, of_google_has_its_credits_as_lines_in_json_and_reads_csv_too) {
  const auto bill = read(
      "{\"service\":{\"description\":\"Vertex AI\"},\"sku\":{\"description\":\"gpt-oss-120b Input Tokens\"},\"usage_start_time\":\"2026-07-30 07:00:00 UTC\","
      "\"usage_end_time\":\"2026-07-30 08:00:00 UTC\",\"project\":{\"id\":\"p\"},\"cost\":0.09,\"currency\":\"USD\",\"usage\":{\"amount\":1000000.0,\"unit\":\"count\"},"
      "\"credits\":[{\"name\":\"promo\",\"amount\":-0.01,\"type\":\"PROMOTION\"}],\"cost_type\":\"regular\"}\n"
      "{\"service\":{\"description\":\"Cloud Storage\"},\"sku\":{\"description\":\"Standard Storage\"},\"usage_start_time\":\"2026-07-30 07:00:00 UTC\",\"usage_end_time\":"
      "\"2026-07-30 08:00:00 UTC\",\"cost\":1,\"currency\":\"USD\",\"usage\":{\"amount\":1,\"unit\":\"byte-seconds\"},\"credits\":[],\"cost_type\":\"regular\"}\n");
  ASSERT_EQ(bill.lines.size(), 3U);
  EXPECT_EQ(bill.lines[0].model, "gpt-oss-120b");
  EXPECT_EQ(bill.lines[0].tokens, 1'000'000);
  EXPECT_EQ(bill.lines[1].kind, ChargeKind::credit);
  EXPECT_EQ(usd(bill.lines[1].amount), "-0.01");
  EXPECT_EQ(bill.lines[2].kind, ChargeKind::elsewhere);
  EXPECT_EQ(bill.lines[2].line, 2);
  const auto csv = read(
      "service.description,sku.description,usage_start_time,usage_end_time,project.id,cost,currency,usage.amount,usage.unit,cost_type\n"
      "Vertex AI,gpt-oss-120b Output Tokens,2026-07-30 07:00:00 UTC,2026-07-30 08:00:00 UTC,p,0.36,USD,1000000,count,regular\n");
  ASSERT_EQ(csv.lines.size(), 1U);
  EXPECT_EQ(csv.lines[0].meter, "output");
}

TEST(Bill, by_request_reads_the_list_of_a_fake_cloud_and_a_line_each) {
  const std::string entry = R"({"number":1,"id":"chatcmpl-1","sender_id":"req_1.1","time":"2026-07-30T07:00:00.250Z","model":"gpt-5.6-luna","status":200,)"
                            R"("usage":{"input_tokens":100,"cached_tokens":60,"cache_write_tokens":10,"output_tokens":20,"reasoning_tokens":5,"total_tokens":120},"billed":true})";
  const auto one = read("{\"cloud\":\"openai\",\"attempts\":[" + entry + "],\"totals\":{}}");
  const auto two = read(entry + "\n{\"id\":\"x\",\"billed\":false,\"attempt_id\":\"req_2.1\"}\n");
  ASSERT_EQ(one.attempts.size(), 1U);
  ASSERT_EQ(two.attempts.size(), 2U);
  EXPECT_EQ(one.attempts[0].attempt_id, "req_1.1");
  EXPECT_EQ(one.attempts[0].time->ns % 1'000'000'000, 250'000'000) << "a bill that is complete judges what was sent until its last entry, not until that second began";
  EXPECT_EQ(one.attempts[0].usage.input, 30);
  EXPECT_EQ(one.attempts[0].usage.output, 15);
  EXPECT_EQ(one.attempts[0].usage.total(), 120);
  EXPECT_FALSE(two.attempts[1].billed);
  EXPECT_EQ(two.attempts[1].line, 2);
}

TEST(Bill, errors_name_the_place_what_was_found_and_what_was_expected) {
  const std::string header = "Date,MeterName,UnitOfMeasure,Quantity,CostInBillingCurrency,BillingCurrencyCode,ChargeType\n";
  EXPECT_EQ(refused(header + "07/30/2026,5.6 luna Inp Gl,1M,1,2,EUR,Usage\n"),
            "bill:2:35: found the currency 'EUR', expected USD: amounts of other currencies are not compared; export the bill in USD");
  EXPECT_EQ(refused(header + "30 July,5.6 luna Inp Gl,1M,1,2,USD,Usage\n"), "bill:2:1: found '30 July', expected a time such as 2026-07-30T00:00:00Z, or a day");
  EXPECT_EQ(refused(header + "2026-07-30,5.6 luna Inp Gl,1M,1,two,USD,Usage\n"), "bill:2:33: found 'two', expected a number: the line's cost");
  EXPECT_NE(refused("Date,MeterName\n").find("bill:1:1: found no column costinbillingcurrency"), std::string::npos);
  EXPECT_NE(refused("what,is,this\n").find("expected openai-usage, openai-costs"), std::string::npos);
  EXPECT_NE(refused("{\"attempts\":[{\"model\":\"m\"}]}").find("bill:1:14: found an entry without an id"), std::string::npos);
  EXPECT_NE(refused("{\"attempts\":[{\"id\":\"a\"}").find("bill:1:"), std::string::npos);
  EXPECT_NE(refused(R"({"object":"page","data":[{"start_time":1785369600,"end_time":1785456000,"results":[{"object":"organization.usage.completions.result","input_tokens":1,"output_tokens":1,"model":null}]}]})")
                .find("group_by=model"), std::string::npos);
}

}  // namespace
}  // namespace fw::ledger
