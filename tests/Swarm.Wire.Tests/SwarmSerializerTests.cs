using System.Buffers;
using System.Runtime.Serialization;
using Akka.Actor;
using Nerdbank.MessagePack;
using Swarm.Core;
using Swarm.Core.Containers;
using Swarm.Core.Images;
using Swarm.Core.Services;

namespace Swarm.Wire.Tests;

public sealed class SwarmSerializerTests : IDisposable
{
    private readonly ActorSystem _system = ActorSystem.Create("wire", WireConfiguration.Hocon);

    public static TheoryData<string> Manifests { get; } = [.. WireContract.Entries.Select(entry => entry.Manifest)];

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Every_type_of_the_contract_comes_back_as_it_went(string manifest)
    {
        var type = WireContract.ByManifest[manifest].Type;
        for (var seed = 0; seed < 100; seed++)
        {
            var sent = AnyValue.Make(type, new Random(seed));
            var serializer = Assert.IsType<SwarmSerializer>(_system.Serialization.FindSerializerFor(sent));

            var got = serializer.FromBinary(serializer.ToBinary(sent), serializer.Manifest(sent));

            Assert.Equal(manifest, serializer.Manifest(sent));
            Assert.True(AnyValue.Same(sent, got), $"seed {seed}: {sent} came back as {got}");
        }
    }

    [Theory]
    [MemberData(nameof(Manifests))]
    public void Every_case_of_a_family_goes_under_the_manifest_of_the_family(string manifest)
    {
        var family = WireContract.ByManifest[manifest].Type;
        foreach (var one in AnyValue.CasesOf(family))
        {
            var sent = AnyValue.Make(one, new Random(1));
            var serializer = Assert.IsType<SwarmSerializer>(_system.Serialization.FindSerializerFor(sent));

            Assert.Equal(manifest, serializer.Manifest(sent));
            Assert.IsType(one, serializer.FromBinary(serializer.ToBinary(sent), manifest));
        }
    }

    [Fact]
    public void A_value_equal_to_its_types_default_is_not_taken_for_missing()
    {
        var sent = new RestartPolicy { Delay = TimeSpan.Zero, Condition = RestartCondition.Any };
        var spec = AnySpec() with { Restart = sent, LostAfter = TimeSpan.Zero };

        var got = (DeployService)Resend(new DeployService(new RequestId("r"), spec));

        Assert.Equal(TimeSpan.Zero, got.Spec.Restart.Delay);
        Assert.Equal(TimeSpan.Zero, got.Spec.LostAfter);
    }

    [Fact]
    public void Fields_that_an_older_writer_did_not_know_take_their_defaults()
    {
        var bytes = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(bytes);
        writer.WriteArrayHeader(2);
        writer.WriteArrayHeader(1);
        writer.Write("request-1");
        writer.WriteArrayHeader(2);
        writer.WriteArrayHeader(1);
        writer.Write("web");
        writer.WriteArrayHeader(1);
        writer.Write("busybox");
        writer.Flush();

        var got = (DeployService)Serializer().FromBinary(bytes.WrittenSpan.ToArray(), "svc.deploy.1");

        Assert.Equal(new ServiceName("web"), got.Service);
        Assert.Equal(new ServiceMode.Replicated(1), got.Spec.Mode);
        Assert.Equal(TimeSpan.FromSeconds(10), got.Spec.Container.StopGrace);
        Assert.Empty(got.Spec.Container.Mounts);
    }

    [Fact]
    public void A_node_that_knows_nothing_of_lists_has_none_with_its_images()
    {
        var bytes = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(bytes);
        writer.WriteArrayHeader(2);
        writer.WriteArrayHeader(1);
        writer.Write("sha256:" + new string('a', 64));
        writer.WriteArrayHeader(0);
        writer.Flush();

        var got = (KeepImage)Serializer().FromBinary(bytes.WrittenSpan.ToArray(), "copy.keep.1");

        Assert.Empty(got.Lists);
    }

    [Fact]
    public void Fields_that_a_newer_writer_added_are_passed_over()
    {
        var bytes = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(bytes);
        writer.WriteArrayHeader(4);
        writer.Write("no such service");
        writer.Write(true);
        writer.Write(false);
        writer.Write("of a later version");
        writer.Flush();

        var got = Serializer().FromBinary(bytes.WrittenSpan.ToArray(), "refused.1");

        Assert.Equal(new RequestRefused("no such service") { NotFound = true }, got);
    }

    [Fact]
    public void An_unknown_manifest_is_refused_by_name()
    {
        var refused = Assert.Throws<SerializationException>(() => Serializer().FromBinary([0x90], "svc.deploy.9"));

        Assert.Contains("svc.deploy.9", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0xc0 })]
    [InlineData(new byte[] { 0x92, 0x91 })]
    [InlineData(new byte[] { 0xdd, 0x7f, 0xff, 0xff, 0xff })]
    [InlineData(new byte[] { 0x01, 0x02, 0x03 })]
    public void Bytes_that_are_not_what_the_manifest_promises_are_refused(byte[] bytes)
    {
        var refused = Assert.Throws<SerializationException>(() => Serializer().FromBinary(bytes, "svc.deploy.1"));

        Assert.Contains("svc.deploy.1", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_larger_than_the_wire_takes_is_refused_when_it_is_written_and_when_it_is_read()
    {
        var spec = AnySpec();
        spec = spec with
        {
            Container = spec.Container with { WorkingDirectory = new string('x', WireLimits.ClientBytes) }
        };

        var write = Assert.Throws<SerializationException>(
            () => Serializer().ToBinary(new DeployService(new RequestId("r"), spec)));
        var read = Assert.Throws<SerializationException>(
            () => Serializer().FromBinary(new byte[WireLimits.ClientBytes + 1], "svc.deploy.1"));

        Assert.Contains("65536 are allowed", write.Message, StringComparison.Ordinal);
        Assert.Contains("65536 are allowed", read.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_object_without_a_manifest_is_refused_by_name_and_never_becomes_JSON()
    {
        var stranger = new Uri("http://stranger");
        var serializer = _system.Serialization.FindSerializerFor(stranger);

        var refused = Assert.Throws<SerializationException>(() => serializer.ToBinary(stranger));

        Assert.Contains("System.Uri", refused.Message, StringComparison.Ordinal);
        Assert.Throws<SerializationException>(
            () => _system.Serialization.Deserialize("{}"u8.ToArray(), 1, "System.Uri"));
    }

    public void Dispose() => _system.Dispose();

    private static ServiceSpec AnySpec() =>
        new() { Name = new ServiceName("web"), Container = new ContainerSpec { Image = "busybox" } };

    private SwarmSerializer Serializer() =>
        (SwarmSerializer)_system.Serialization.FindSerializerForType(typeof(DeployService));

    private object Resend(object sent) =>
        Serializer().FromBinary(Serializer().ToBinary(sent), Serializer().Manifest(sent));
}
