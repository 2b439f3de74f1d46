// Runs the test suite of the VST3 SDK on a bundle, as Steinberg's `validator -e` does: the same tests, in the same order,
// with the same arguments. The crate clap-wrapper brings the SDK, but not the validator's own `main`.
//
// suite octant BUNDLE, or suite control BUNDLE, which leaves out what that one has not: a bypass, pictures. One line of
// output is one check: "passed" or "failed", its name, and what was found, with tabs between; the last line is "done".
// What tests say goes to standard error; a complaint or a warning begins with "!!" there, and fails its test.

#include "public.sdk/source/vst/hosting/hostclasses.h"
#include "public.sdk/source/vst/hosting/module.h"
#include "public.sdk/source/vst/hosting/plugprovider.h"
#include "public.sdk/source/vst/moduleinfo/moduleinfocreator.h"
#include "public.sdk/source/vst/moduleinfo/moduleinfoparser.h"
#include "public.sdk/source/vst/testsuite/vsttestsuite.h"
#include "public.sdk/source/vst/utility/stringconvert.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

// Numbers of the interfaces of tests, which the SDK leaves to the program to define.
namespace Steinberg {
DEF_CLASS_IID (ITest)
DEF_CLASS_IID (ITestResult)
DEF_CLASS_IID (ITestFactory)
DEF_CLASS_IID (ITestSuite)
} // namespace Steinberg

using namespace Steinberg;
using namespace Steinberg::Vst;

namespace {

/// What a test says while it runs.
class Listener : public ITestResult
{
public:
	void PLUGIN_API addErrorMessage (const tchar* text) override { note (text, true); }
	void PLUGIN_API addMessage (const tchar* text) override
	{
		const std::string words = StringConvert::convert (text);
		note (text, words.find ("Warning") != std::string::npos);
	}

	/// Lives as long as the program.
	tresult PLUGIN_API queryInterface (const TUID, void**) override { return kNoInterface; }
	uint32 PLUGIN_API addRef () override { return 1; }
	uint32 PLUGIN_API release () override { return 1; }

	std::vector<std::string> complaints;

private:
	void note (const tchar* text, bool complains)
	{
		const std::string words = StringConvert::convert (text);
		if (complains)
			complaints.push_back (words);
		std::cerr << (complains ? "!! " : "   ") << words << "\n";
	}
};

/// All tests of one kind count as one check.
class Checks
{
public:
	/// What is told begins with these words.
	explicit Checks (std::string before) : before (std::move (before)) {}

	template <typename Test, typename... Arguments>
	void run (const char* group, ITestPlugProvider* provider, Arguments&&... arguments)
	{
		if (group != current)
			close ();
		current = group;
		Test test (provider, std::forward<Arguments> (arguments)...);
		const std::string name = test.getName ();
		std::cerr << "[" << before << name << "]\n";
		Listener listener;
		const bool ready = test.setup ();
		const bool good = ready && test.run (&listener);
		// What was not set up is torn down all the same, but its answer means nothing.
		const bool ended = test.teardown () || !ready;
		++count;
		if (good && ended && listener.complaints.empty ())
			return;
		const std::string words = !ready ? "cannot be set up" : !ended ? "cannot be torn down" : "failed";
		failures.push_back (name + ": " + (listener.complaints.empty () ? words : listener.complaints.front ()));
	}

	void close ()
	{
		if (count > 0)
		{
			const auto first = failures.empty () ? std::string () : ": " + failures.front ();
			std::cout << (failures.empty () ? "passed" : "failed") << "\t" << before << current << "\t"
			          << count - failures.size () << " of " << count << " tests" << first << std::endl;
		}
		count = 0;
		failures.clear ();
	}

private:
	std::string before;
	std::string current;
	size_t count = 0;
	std::vector<std::string> failures;
};

void general (Checks& checks, ITestPlugProvider* provider)
{
	const auto group = "general tests";
	checks.run<EditorClassesTest> (group, provider);
	checks.run<ScanBussesTest> (group, provider);
	checks.run<ScanParametersTest> (group, provider);
	checks.run<MidiMappingTest> (group, provider);
	checks.run<MidiLearnTest> (group, provider);
	checks.run<UnitInfoTest> (group, provider);
	checks.run<ProgramInfoTest> (group, provider);
	checks.run<TerminateInitializeTest> (group, provider);
	checks.run<UnitStructureTest> (group, provider);
	checks.run<ValidStateTransitionTest> (group, provider, kSample32);
	checks.run<ValidStateTransitionTest> (group, provider, kSample64);
	checks.run<BusConsistencyTest> (group, provider);
	checks.run<BusActivationTest> (group, provider);
	checks.run<CheckAudioBusArrangementTest> (group, provider);
	checks.run<SideChainArrangementTest> (group, provider);
	checks.run<SuspendResumeTest> (group, provider, kSample32);
	checks.run<NoteExpressionTest> (group, provider);
	checks.run<KeyswitchTest> (group, provider);
	checks.run<ProcessContextRequirementsTest> (group, provider);
	// The suite has these, the validator leaves them out.
	checks.run<ParameterFunctionNameTest> (group, provider);
	checks.run<BusInvalidIndexTest> (group, provider);
}

void processing (Checks& checks, ITestPlugProvider* provider, SymbolicSampleSizes size)
{
	const auto group = size == kSample32 ? "tests of 32 bits" : "tests of 64 bits";
	checks.run<ProcessTest> (group, provider, size);
	checks.run<ProcessThreadTest> (group, provider, size);
	checks.run<SilenceFlagsTest> (group, provider, size);
	checks.run<SilenceProcessingTest> (group, provider, size);
	checks.run<FlushParamTest> (group, provider, size);
	checks.run<FlushParamTest2> (group, provider, size);
	checks.run<FlushParamTest3> (group, provider, size);
	checks.run<VariableBlockSizeTest> (group, provider, size);
	checks.run<ProcessFormatTest> (group, provider, size);
	checks.run<BypassPersistenceTest> (group, provider, size);
	// The suite has these two, the validator leaves them out.
	checks.run<ProcessTailTest> (group, provider, size);
	checks.run<ProcessInputOverwritingTest> (group, provider, size);
	constexpr std::array<SpeakerArrangement, 15> speakers = {
	    {SpeakerArr::kMono, SpeakerArr::kStereo, SpeakerArr::kStereoSurround, SpeakerArr::kStereoCenter,
	     SpeakerArr::kStereoSide, SpeakerArr::kStereoCLfe, SpeakerArr::k30Cine, SpeakerArr::k30Music, SpeakerArr::k31Cine,
	     SpeakerArr::k31Music, SpeakerArr::k40Cine, SpeakerArr::k40Music, SpeakerArr::k41Cine, SpeakerArr::k41Music,
	     SpeakerArr::k50}};
	for (auto in : speakers)
		for (auto out : speakers)
			checks.run<SpeakerArrangementTest> (group, provider, size, in, out);
	for (int32 params : {1, 2, 10, -1})
		for (int32 every : {100, 50, 1})
			for (bool accurate : {false, true})
				checks.run<AutomationTest> (group, provider, size, every, params, accurate);
}

/// moduleinfo.json lets hosts list plugins without loading them: it must say what the SDK's own tool would write.
void about (const VST3::Hosting::Module& module)
{
	const auto path = VST3::Hosting::Module::getModuleInfoPath (module.getPath ());
	std::ifstream file (path ? *path : std::string ());
	const std::string text {std::istreambuf_iterator<char> (file), {}};
	const auto ours = ModuleInfoLib::parseJson (text, &std::cerr);
	auto theirs = ModuleInfoLib::createModuleInfo (module, true);
	std::ostringstream said, expected;
	if (ours)
	{
		// The tool is told the version, and takes the pictures as they lie in the directory.
		theirs.version = ours->version;
		for (auto& one : theirs.classes)
			std::sort (one.snapshots.begin (), one.snapshots.end (),
			           [] (const auto& a, const auto& b) { return a.scaleFactor < b.scaleFactor; });
		ModuleInfoLib::outputJson (*ours, said);
	}
	ModuleInfoLib::outputJson (theirs, expected);
	const bool same = said.str () == expected.str ();
	if (!same)
		std::cerr << "!! moduleinfo.json says\n" << said.str () << "instead of\n" << expected.str ();
	std::cout << (same ? "passed" : "failed") << "\tmoduleinfo.json says what the library says\t" << theirs.classes.size ()
	          << " classes" << std::endl;
}

/// Every class that makes sound needs a picture; older validators warn of its absence.
void pictures (const VST3::Hosting::Module& module)
{
	const auto snapshots = VST3::Hosting::Module::getSnapshots (module.getPath ());
	for (const auto& info : module.getFactory ().classInfos ())
	{
		if (info.category () != kVstAudioEffectClass)
			continue;
		size_t images = 0;
		for (const auto& snapshot : snapshots)
			images += snapshot.uid == info.ID () ? snapshot.images.size () : 0;
		std::cout << (images > 0 ? "passed" : "failed") << "\t" << info.name () << ": snapshots\t" << images << std::endl;
	}
}

} // namespace

int main (int count, char* words[])
{
	if (count != 3)
	{
		std::cerr << "suite octant|control BUNDLE\n";
		return 2;
	}
	const bool ours = std::string (words[1]) == "octant";
	const char* bundle = words[2];
	auto host = owned (new HostApplication ());
	PluginContextFactory::instance ().setPluginContext (host);
	TestingPluginContext::set (host);
	std::string reason;
	auto module = VST3::Hosting::Module::create (bundle, reason);
	if (!module)
	{
		std::cout << "failed\tloads\t" << reason << std::endl;
		return 1;
	}
	const bool shaped = VST3::Hosting::Module::validateBundleStructure (bundle, reason);
	std::cout << (shaped ? "passed" : "failed") << "\tshape of the bundle\t" << reason << std::endl;
	if (ours)
	{
		about (*module);
		pictures (*module);
	}
	// As the validator has them: one instance per class for all tests, and all instances at once.
	std::vector<std::pair<std::string, IPtr<PlugProvider>>> plugins;
	for (const auto& info : module->getFactory ().classInfos ())
		if (info.category () == kVstAudioEffectClass)
			plugins.emplace_back (info.name (), owned (new PlugProvider (module->getFactory (), info, true)));
	for (const auto& [name, provider] : plugins)
	{
		Checks checks (ours ? name + ": " : std::string ());
		if (ours)
			general (checks, provider);
		processing (checks, provider, kSample32);
		processing (checks, provider, kSample64);
		checks.close ();
	}
	plugins.clear ();
	std::cout << "done" << std::endl;
	return 0;
}
